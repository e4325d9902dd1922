/*
 * GB/s per core of the literal search, each variant, beside two floors: adding
 * up all bytes, and finding every newline with memchr. Usage:
 * bench_prefilter [FILE], of generated text if none is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "scan/prefilter_table.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define ROUNDS    9
#define GENERATED ((size_t)64 << 20)
#define LITERALS  400 /* room for all of them */

struct text {
	char *p;
	size_t n;
};

struct search {
	struct sek_prefilter *f;
	size_t hits;
};

/* What AWS rules begin with, and, nocase, what their keywords are; `|` stands
 * between two. */
static const char aws[] =
    "AKIA|ASIA|ABIA|ACCA|ABSKQmVkcm9ja0FQSUtleS|bedrock-api-key-YmVk|"
    "da2-|amzn.mws.|k8s-aws-v1.|X-Amz-|IQoJb3JpZ2luX2Vj|FwoGZXIvYXdz|"
    "FQoGZXIvYXdz|FQoDYXdz|AQoDYXdz|QVdTO|eyJwYXlsb2FkIjoi|-----BEGIN|"
    "PRIVATE KEY";
static const char keywords[] = "secret|aws|session|password|token|smtp";

/* Beginnings of tokens of about 200 kinds; some nastily short. */
static const char vendors[] =
    "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|gldt-|glrt-|glptt-|"
    "glcbt-|glsoat-|glffct-|glft-|glimt-|glagent-|GR1348941|xoxb-|"
    "xoxp-|xoxa-|xoxr-|xoxs-|xoxe.|xapp-|hooks.slack.com|sk_live_|"
    "sk_test_|rk_live_|rk_test_|pk_live_|pk_test_|whsec_|SG.|key-|MII|"
    "cio|test_|live_|AIza|ya29.|GOCSPX-|1//0|AAAA|npm_|pypi-|dop_v1_|"
    "doo_v1_|dor_v1_|hvs.|hvb.|hvr.|atlasv1.|shpat_|shpca_|shppa_|"
    "shpss_|sq0atp-|sq0csp-|sq0idp-|EAAA|access_token$production$|"
    "lin_api_|lin_oauth_|ntn_|secret_|figd_|figdr_|dp.pt.|dp.st.|"
    "dp.ct.|dp.sa.|dp.scim.|dp.audit.|PMAK-|rdme_|pnu_|pul-|sntrys_|"
    "sntryu_|NRAK-|NRII-|NRJS-|NRRA-|NRAL-|NRSP-|glc_|glsa_|eyJrIjoi|"
    "dckr_pat_|dckr_oat_|ATATT3x|ATCTT3x|ATBB|oy2|CLOJARS_|rubygems_|"
    "EZAK|EZTK|shippo_live_|shippo_test_|duffel_test_|duffel_live_|"
    "FLWSECK_|FLWPUBK_|fio-u-|ico-|t1.|AQVN|YCAJ|y0_|fo1_|FlyV1|fm1r_|"
    "fm2_|hf_|api_org_|sk-ant-api03-|sk-ant-admin01-|sk-proj-|"
    "sk-svcacct-|sk-admin-|sk-or-v1-|gsk_|r8_|pplx-|xai-|co_|tgp_v1_|"
    "nvapi-|dapi|LTAI|AKID|AKLT|HRKU-AA|rnd_|vercel_|nfp_|nfc_|nfu_|"
    "sbp_|sb_secret_|sb_publishable_|pscale_tkn_|pscale_pw_|"
    "pscale_oauth_|prefect_|pnk_|pat-na1-|pat-eu1-|CFPAT-|v1.0-|"
    "cloudflare|age-secret-key-1|ops_eyJ|A3-|authress_|sc_|ext_|"
    "scauth_|databricks|mapbox|sk.eyJ|pk.eyJ|tk.eyJ|secret-token:|"
    "sonar_|squ_|sqp_|sqa_|octopus|API-|okta|SSWS|tfp_|typeform|"
    "xkeysib-|xsmtpsib-|lob_|mailgun|pubkey-|infracost|ico_|maxmind|"
    "_mmk|p8e-|privateai|rpa_|sourcegraph|sgp_|slk_|sumo|flickr|"
    "freshbooks|gitter|jfrog|AKCp|cmVmdGtu|kraken|launchdarkly|api-|"
    "sdk-|mob-|linkedin|looker|messagebird|netlify|nytimes|plaid|"
    "readme|sendbird|sidekiq|snyk|telegram|travis|trello|twitch|"
    "twitter|zendesk|discord|dropbox|fastly|finicity|heroku|hubspot|"
    "intercom|kucoin|mattermost";

static volatile uint64_t sink;

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
add_up(void *arg, const char *p, size_t n)
{
	uint64_t sum[8] = {0}, x[8];

	(void)arg;
	for (size_t i = 0; i + sizeof(x) <= n; i += sizeof(x)) {
		memcpy(x, p + i, sizeof(x));
		for (size_t k = 0; k < COUNT(x); k++)
			sum[k] += x[k];
	}
	for (size_t k = 0; k < COUNT(x); k++)
		sink += sum[k];
}

static void
count_lines(void *arg, const char *p, size_t n)
{
	const char *end = p + n;

	(void)arg;
	while ((p = memchr(p, '\n', (size_t)(end - p))) && ++p < end)
		sink++;
}

static bool
count_hit(void *arg, size_t literal, size_t offset)
{
	size_t *hits = arg;

	sink += literal ^ offset;
	++*hits;
	return true;
}

/* The text goes through a buffer of this size, as files do: what is measured
 * is then in the cache, and memory's speed is left out. */
#define SLICE ((size_t)256 << 10)

typedef void work_fn(void *arg, const char *p, size_t n);

static double
seconds_of(work_fn *work, void *arg, const struct text *t, char *buffer)
{
	double start, sum = 0;

	for (size_t at = 0; at < t->n; at += SLICE) {
		size_t n = t->n - at < SLICE ? t->n - at : SLICE;

		memcpy(buffer, t->p + at, n);
		start = cpu_seconds();
		work(arg, buffer, n);
		sum += cpu_seconds() - start;
	}
	return sum;
}

static void
measure(const char *what, work_fn *work, void *arg, const struct text *t)
{
	double cached[ROUNDS], memory[ROUNDS], start;
	char *buffer = sek_alloc(SLICE);

	for (size_t i = 0; i < ROUNDS; i++) {
		start = cpu_seconds();
		work(arg, t->p, t->n);
		memory[i] = cpu_seconds() - start;
		cached[i] = seconds_of(work, arg, t, buffer);
	}
	qsort(cached, ROUNDS, sizeof(*cached), by_size);
	qsort(memory, ROUNDS, sizeof(*memory), by_size);
	printf("  %-22s %6.2f GB/s in cache, %6.2f from memory\n", what,
	    (double)t->n / cached[ROUNDS / 2] / 1e9,
	    (double)t->n / memory[ROUNDS / 2] / 1e9);
	free(buffer);
}

static void
search(void *arg, const char *p, size_t n)
{
	struct search *s = arg;

	sek_prefilter_run(s->f, p, n, 0, n, count_hit, &s->hits);
}

static void
measure_set(const char *what, const struct sek_literal *l, size_t n,
    const struct text *t)
{
	static const char *const cpus[] = {
	    "avx512", "avx2", "ssse3", "neon", "scalar"};
	double start = cpu_seconds();
	struct search s = {sek_prefilter_new(l, n), 0};

	printf("%s: %zu literals, built in %.2f ms", what, n,
	    (cpu_seconds() - start) * 1e3);
	search(&s, t->p, t->n);
	printf(", %.0f hits in a MB\n", (double)s.hits / (double)t->n * 1e6);
	for (size_t c = 0; c < COUNT(cpus); c++)
		if (sek_prefilter_use(cpus[c]))
			measure(cpus[c], search, &s, t);
	sek_prefilter_free(s.f);
}

static size_t
add(struct sek_literal *out, size_t n, const char *from,
    struct sek_literal like)
{
	while (*from) {
		size_t len = strcspn(from, "|");

		out[n] = like;
		out[n].bytes = from;
		out[n++].len = (uint8_t)len;
		from += len + (from[len] == '|');
	}
	return n;
}

/* Text of about the shape of source: words, some of them keywords, lines. */
static struct text
generated(void)
{
	struct text t = {sek_alloc(GENERATED + 64), 0};
	uint64_t seed = 1;

	while (t.n < GENERATED) {
		uint32_t r;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		r = (uint32_t)(seed >> 33);
		if (r % 1000 == 0) {
			memcpy(t.p + t.n, "secret", 6);
			t.n += 6;
		}
		for (uint32_t i = 0; i < 2 + r % 9; i++)
			t.p[t.n++] =
			    "etaoinsrhldcumfpgwyb"[(seed >> 5 * i) % 20];
		t.p[t.n++] = "  _(), .\n\n"[r / 16 % 10];
	}
	return t;
}

static struct text
read_file(const char *path)
{
	struct text t = {NULL, 0};
	FILE *f = fopen(path, "rb");
	long n;

	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) <= 0) {
		perror(path);
		exit(2);
	}
	rewind(f);
	t.p = sek_alloc((size_t)n);
	t.n = fread(t.p, 1, (size_t)n, f);
	fclose(f);
	return t;
}

int
main(int argc, char **argv)
{
	struct text t = argc > 1 ? read_file(argv[1]) : generated();
	struct sek_literal l[LITERALS];
	size_t n, base;

	printf("%s, %zu MB; medians of %d, CPU time\n",
	    argc > 1 ? argv[1] : "generated text", t.n >> 20, ROUNDS);
	measure("read and add up", add_up, NULL, &t);
	measure("memchr every newline", count_lines, NULL, &t);
	n = add(l, 0, aws, (struct sek_literal){0});
	measure_set("prefixes", l, n, &t);
	base = n = add(l, n, keywords, (struct sek_literal){.nocase = true});
	measure_set("prefixes and keywords", l, n, &t);
	n = add(l, base, vendors, (struct sek_literal){0});
	measure_set("and all vendors'", l, n, &t);
	free(t.p);
	return 0;
}
