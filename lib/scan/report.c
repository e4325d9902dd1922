#include "scan/report.h"

#include "base/enc.h"
#include "scan/report_parts.h"

void
sek_report_begin(struct sek_buf *out, const struct sek_report_options *o)
{
	if (o->format == SEK_SARIF)
		sek_sarif_begin(out, o);
}

void
sek_report_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f)
{
	switch (o->format) {
	case SEK_TEXT:
		sek_text_finding(out, o, f);
		break;
	case SEK_JSONL:
		sek_jsonl_finding(out, o, f);
		break;
	case SEK_SARIF:
		sek_sarif_finding(out, o, f);
		break;
	}
}

void
sek_report_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread)
{
	static const char *const none[] = {NULL};

	unread = unread ? unread : none;
	switch (o->format) {
	case SEK_TEXT:
		sek_text_end(out, o, counts, unread);
		break;
	case SEK_JSONL:
		sek_jsonl_end(out, o, counts, unread);
		break;
	case SEK_SARIF:
		sek_sarif_end(out, o, counts, unread);
		break;
	}
}

void
sek_report_total(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, uint64_t repositories)
{
	if (o->format == SEK_TEXT)
		sek_text_counts(out, counts);
	else if (o->format == SEK_JSONL)
		sek_jsonl_total(out, o, counts, repositories);
}

void
sek_report_path(struct sek_buf *out, const struct sek_finding *f)
{
	struct sek_str path = sek_str(f->path ? f->path : "");
	bool inside = f->place == SEK_PLACE_FILE_NAME ||
	    f->place == SEK_PLACE_REF_NAME;

	if (!inside || f->secret || f->shown || f->start > f->end ||
	    f->end > path.n) {
		sek_buf_add_str(out, path);
		if (f->inner)
			sek_buf_printf(out, "!%s", f->inner);
		return;
	}
	sek_buf_add(out, path.p, f->start);
	sek_buf_add_s(out, f->redacted);
	sek_buf_add(out, path.p + f->end, path.n - f->end);
}

void
sek_report_utf8(struct sek_buf *out, struct sek_str text)
{
	while (text.n) {
		uint32_t point;
		size_t n = sek_utf8_next(text, &point);

		if (n)
			sek_buf_add(out, text.p, n);
		else
			sek_buf_add_s(out, "\xef\xbf\xbd");
		text.p += n ? n : 1;
		text.n -= n ? n : 1;
	}
}
