#include "base/rfc3339.h"

#include "fixture.h"

static int64_t
read_time(const char *text)
{
	int64_t t = INT64_MIN;

	if (!sek_rfc3339_read(sek_str(text), &t))
		assert_int_equal(t, INT64_MIN);
	return t;
}

static void
reads_what_aws_writes(void **state)
{
	(void)state;
	assert_int_equal(read_time("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(read_time("2026-11-24T10:55:21Z"), 1795517721);
	assert_int_equal(read_time("2026-11-24T10:55:21.123Z"), 1795517721);
	assert_int_equal(read_time("2026-11-24T12:55:21+02:00"), 1795517721);
	assert_int_equal(read_time("2026-11-24 05:25:21-05:30"), 1795517721);
	assert_int_equal(read_time("2024-02-29T00:00:00Z"), 1709164800);
	assert_int_equal(read_time("1969-12-31T23:59:59Z"), -1);
}

static void
refuses_all_else(void **state)
{
	static const char *const texts[] = {"", "tomorrow", "1795517721",
	    "2026-11-24", "2026-11-24T10:55:21", "2026-11-24T10:55Z",
	    "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
	    "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z",
	    "0000-01-01T00:00:00Z", "2026-11-24T24:00:00Z",
	    "2026-11-24T10:60:00Z", "2026-11-24T10:55:61Z",
	    "2026-11-24T10:55:21.Z", "2026-11-24T10:55:21Zx",
	    "2026-11-24T10:55:21+0200", "2026-11-24T10:55:21+24:00",
	    "2026-11-24T10:55:21+02:", " 2026-11-24T10:55:21Z",
	    "+026-11-24T10:55:21Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (read_time(texts[i]) != INT64_MIN)
			fail_msg("read: %s", texts[i]);
}

static void
stops_where_the_text_ends(void **state)
{
	const struct sek_str cut = {"2026-11-24T10:55:21Z", 19};
	int64_t t;

	(void)state;
	assert_false(sek_rfc3339_read(cut, &t));
	assert_false(sek_rfc3339_read((struct sek_str){NULL, 0}, &t));
}

static void
writes_what_it_reads(void **state)
{
	char text[SEK_RFC3339_SIZE];

	(void)state;
	for (int64_t t = -5000000000; t < 20000000000; t += 86399997) {
		sek_rfc3339_write(text, t);
		assert_int_equal(read_time(text), t);
	}
	sek_rfc3339_write(text, INT64_MAX);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	sek_rfc3339_write(text, INT64_MIN);
	assert_string_equal(text, "0001-01-01T00:00:00Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_aws_writes),
	    cmocka_unit_test(refuses_all_else),
	    cmocka_unit_test(stops_where_the_text_ends),
	    cmocka_unit_test(writes_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
