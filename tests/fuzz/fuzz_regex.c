/*
 * The first line is a regex, the rest a text. What is known of the regex must
 * hold for what PCRE2 finds, and PCRE2 must take every regex that we take.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/str.h"
#include "scan/regex.h"

#define TOO_LARGE 120 /* PCRE2_ERROR_PATTERN_TOO_LARGE; needs more memory */

static void
check_literal(const struct sek_regex_info *info,
    const struct sek_regex_literal *l)
{
	if (l->len < SEK_REGEX_SHORTEST || l->len > SEK_REGEX_LITERAL ||
	    l->before_min > l->before_max)
		abort();
	if (l->before_max == SEK_UNBOUNDED && info->crosses_newline)
		abort();
	for (size_t i = 0; l->nocase && i < l->len; i++)
		if (l->bytes[i] >= 'A' && l->bytes[i] <= 'Z')
			abort();
}

static bool
has_literal(const struct sek_regex_info *info, struct sek_str match)
{
	for (size_t i = 0; i < info->literals; i++) {
		const struct sek_regex_literal *l = &info->literal[i];

		for (size_t o = l->before_min;
		     o <= l->before_max && o + l->len <= match.n; o++)
			if (l->nocase
				? !strncasecmp(match.p + o, l->bytes, l->len)
				: !memcmp(match.p + o, l->bytes, l->len))
				return true;
	}
	return info->literals == 0;
}

static void
check_match(const struct sek_regex_info *info, struct sek_str match)
{
	if (match.n < info->length_min || match.n > info->ahead ||
	    !has_literal(info, match))
		abort();
	if (!info->crosses_newline && memchr(match.p, '\n', match.n))
		abort();
}

static void
search(const struct sek_regex_info *info, const char *regex,
    struct sek_str text)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int error;
	PCRE2_SIZE at, *found = pcre2_get_ovector_pointer(data);
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex,
	    PCRE2_ZERO_TERMINATED,
	    PCRE2_MULTILINE | PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE, &error,
	    &at, NULL);

	if (!code && error != TOO_LARGE)
		abort();
	pcre2_set_match_limit(limits, 1000);
	for (size_t s = 0; code && s <= text.n && s < 256; s++)
		if (pcre2_match(code, (PCRE2_SPTR)text.p, text.n, s, 0, data,
			limits) >= 0)
			check_match(info,
			    (struct sek_str){text.p + s, found[1] - s});
	pcre2_code_free(code);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sek_str text = {(const char *)data, n};
	struct sek_str line = sek_str_cut(&text, '\n');
	sek_auto_free char *regex = sek_strndup(line.p, line.n);
	struct sek_regex_info info;

	if (n == 0 || sek_regex_study(regex, &info, NULL) != SEK_OK)
		return 0;
	for (size_t i = 0; i < info.literals; i++)
		check_literal(&info, &info.literal[i]);
	if (!text.p)
		text = SEK_STR("");
	search(&info, regex, text);
	return 0;
}
