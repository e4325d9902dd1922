#include "scan/explain.h"

#include <inttypes.h>

#include "base/redact.h"
#include "scan/report_parts.h"

static void
add_line(struct sek_buf *out, const char *what, const char *value)
{
	if (value && *value)
		sek_buf_printf(out, "  %s: %s\n", what, value);
}

static void
add_place(struct sek_buf *out, const struct sek_finding *f)
{
	sek_auto_buf path = {0};

	sek_report_path(&path, f);
	sek_buf_add_s(out, "  ");
	sek_quote(out, sek_buf_str(&path));
	if (f->line)
		sek_buf_printf(out, ":%" PRIu64 ":%" PRIu64, f->line,
		    f->column);
	sek_buf_add_c(out, '\n');
}

static void
add_found(struct sek_buf *out, const struct sek_finding *f)
{
	char hex[SEK_OID_HEX];
	struct sek_oid about;

	sek_buf_printf(out, "%s: %s\n", f->fingerprint, f->rule->description);
	add_place(out, f);
	for (size_t i = 0; i < f->more_n; i++)
		add_place(out, &f->more[i]);
	if (!sek_oid_is_none(&f->commit))
		add_line(out, "commit", sek_oid_hex(&f->commit, hex));
	if (sek_finding_note(f, &about))
		add_line(out, "a note on", sek_oid_hex(&about, hex));
	add_line(out, "rule", f->rule->id);
	add_line(out, "see", f->rule->help);
	sek_buf_printf(out, "  matched: %s", f->redacted);
	if (f->entropy > 0)
		sek_buf_printf(out, ", %.2f bits of entropy per character",
		    (double)f->entropy);
	sek_buf_add_c(out, '\n');
	add_line(out, "in", f->encoding);
	if (f->pair)
		sek_buf_printf(out, "  belongs to: %s", f->pair);
	if (f->pair && f->pair_path) {
		sek_buf_add_s(out, " in ");
		sek_quote(out, sek_str(f->pair_path));
	}
	if (f->pair && f->pair_line)
		sek_buf_printf(out, ", on line %" PRIu64, f->pair_line);
	sek_buf_add_s(out, f->pair ? "\n" : "");
}

static void
add_facts(struct sek_buf *out, const struct sek_facts *facts)
{
	add_line(out, "account", facts->account);
	add_line(out, "user", facts->user);
	add_line(out, "role", facts->role);
	add_line(out, "region", facts->region);
	add_line(out, "issued", facts->issued);
	add_line(out, "expires", facts->expires);
}

static void
add_reasons(struct sek_buf *out, const struct sek_finding *f)
{
	sek_buf_printf(out,
	    "\nWhy it counts (severity %s, confidence %s)\n"
	    "  The text has the pattern of the rule%s.\n",
	    sek_severity_name(f->severity),
	    sek_confidence_name(f->facts.confidence),
	    f->rule->check ? ", and it is no placeholder or example" : "");
	for (unsigned i = 0; i < SEK_SIGNALS; i++)
		if (f->facts.signals >> i & 1)
			sek_buf_printf(out, "  %s: %s\n", sek_signal_name(i),
			    sek_signal_meaning(i));
}

void
sek_explain(struct sek_buf *out, const struct sek_finding *f)
{
	add_found(out, f);
	add_facts(out, &f->facts);
	add_reasons(out, f);
	sek_buf_add_s(out, "\nWhat to do\n");
	if (f->facts.canary)
		sek_buf_add_s(out,
		    "  Leave it alone, and do not use it: that raises an alarm "
		    "with whoever laid it.\n");
	else
		sek_advice(out, f);
	sek_buf_printf(out,
	    "\nIf it is no secret, or may stay\n"
	    "  sekisho allow %s --reason 'WHY'\n",
	    f->fingerprint);
}
