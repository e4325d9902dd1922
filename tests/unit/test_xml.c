#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/xml.h"
#include "base/buf.h"

#define N(a) (sizeof(a) / sizeof(*(a)))

static void
reads_an_answer_of_sts(void **state)
{
	static const char doc[] =
	    "<?xml version=\"1.0\"?>\n"
	    "<AssumeRoleResponse "
	    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
	    " <AssumeRoleResult>\n"
	    "  <Credentials>\n"
	    "   <SecretAccessKey>a&amp;b&#x43;<![CDATA[<d>]]></SecretAccessKey>"
	    "\n   <SessionToken/>\n"
	    "  </Credentials>\n"
	    " </AssumeRoleResult>\n"
	    "</AssumeRoleResponse>\n";
	sek_auto_secret *secret = NULL, *token = NULL, *other = NULL;
	const struct sek_xml_want want[] = {
	    {"AssumeRoleResult/Credentials/SecretAccessKey", &secret},
	    {"AssumeRoleResult/Credentials/SessionToken", &token},
	    {"AssumeRoleResult/SecretAccessKey", &other},
	};

	(void)state;
	assert_int_equal(sek_xml_read(sek_str(doc), "answer", want, N(want),
			     NULL),
	    SEK_OK);
	assert_true(sek_str_is(sek_secret_str(secret), "a&bC<d>"));
	assert_int_equal(sek_secret_str(token).n, 0);
	assert_null(other);
}

static void
names_count_without_their_prefix(void **state)
{
	sek_auto_secret *code = NULL;
	const struct sek_xml_want want[] = {{"Error/Code", &code}};

	(void)state;
	assert_int_equal(
	    sek_xml_read(SEK_STR("<n:R xmlns:n=\"urn:a\"><n:Error>"
				 "<n:Code n:Code=\"b\">Throttling</n:Code>"
				 "</n:Error></n:R>"),
		"answer", want, 1, NULL),
	    SEK_OK);
	assert_true(sek_str_is(sek_secret_str(code), "Throttling"));
}

static void
the_first_of_two_elements_counts_and_not_what_is_inside(void **state)
{
	sek_auto_secret *a = NULL;
	const struct sek_xml_want want[] = {{"a", &a}};

	(void)state;
	assert_int_equal(
	    sek_xml_read(SEK_STR("<r><b><a>0</a></b><a>1<a>2</a>3</a>"
				 "<a>4</a></r>"),
		"answer", want, 1, NULL),
	    SEK_OK);
	assert_true(sek_str_is(sek_secret_str(a), "13"));
}

static void
refuse(struct sek_str doc, enum sek_code code, const char *text)
{
	struct sek_secret *a = NULL;
	const struct sek_xml_want want[] = {{"a", &a}};
	struct sek_err err;

	assert_int_equal(sek_xml_read(doc, "answer", want, 1, &err), code);
	assert_string_equal(err.text, text);
	assert_null(a);
}

static void
refuses_what_is_not_xml_and_sets_nothing(void **state)
{
	(void)state;
	refuse((struct sek_str){NULL, 0}, SEK_EPARSE,
	    "answer: not XML (line 1)");
	refuse(SEK_STR("<r><a>hunter2</a>\n</s>"), SEK_EPARSE,
	    "answer: not XML (line 2)");
	refuse(SEK_STR("<r><a>hunter2</a></r><r/>"), SEK_EPARSE,
	    "answer: not XML (line 1)");
	refuse(SEK_STR("<r><a>\0</a></r>"), SEK_EPARSE,
	    "answer: not XML in UTF-8");
	refuse(SEK_STR("<r><a>\xff</a></r>"), SEK_EPARSE,
	    "answer: not XML in UTF-8");
	refuse(SEK_STR("<\0r\0/\0>\0"), SEK_EPARSE, "answer: not XML in UTF-8");
	refuse(SEK_STR("\xff\xfe<\0r\0/\0>\0"), SEK_EPARSE,
	    "answer: not XML in UTF-8");
}

static void
refuses_a_document_type_and_its_entities(void **state)
{
	(void)state;
	refuse(SEK_STR("<!DOCTYPE r [<!ENTITY e \"x\">]><r><a>&e;</a></r>"),
	    SEK_EPARSE, "answer: not XML (line 1)");
	refuse(SEK_STR("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>"),
	    SEK_EPARSE, "answer: not XML (line 1)");
	refuse(SEK_STR("\n<!DOCTYPE r><r/>"), SEK_EPARSE,
	    "answer: not XML (line 2)");
	refuse(SEK_STR("<r><a>&e;</a></r>"), SEK_EPARSE,
	    "answer: not XML (line 1)");
}

static void
add_nested(struct sek_buf *doc, int depth)
{
	sek_buf_reset(doc);
	for (int i = 0; i < depth; i++)
		sek_buf_add_s(doc, "<d>");
	for (int i = 0; i < depth; i++)
		sek_buf_add_s(doc, "</d>");
}

static void
refuses_what_is_nested_too_deep_or_too_large(void **state)
{
	sek_auto_buf doc = {0};

	(void)state;
	add_nested(&doc, 32);
	assert_int_equal(sek_xml_read(sek_buf_str(&doc), "x", NULL, 0, NULL),
	    SEK_OK);
	add_nested(&doc, 33);
	refuse(sek_buf_str(&doc), SEK_ETOOBIG,
	    "answer: nested too deep (line 1)");
	add_nested(&doc, 31);
	doc.n = strlen("<d>") * 31;
	sek_buf_add_s(&doc, "<d><e/>");
	refuse(sek_buf_str(&doc), SEK_ETOOBIG,
	    "answer: nested too deep (line 1)");
	sek_buf_reset(&doc);
	sek_buf_add_s(&doc, "<r><");
	for (int i = 0; i < 5000; i++)
		sek_buf_add_c(&doc, 'n');
	sek_buf_add_s(&doc, "/></r>");
	refuse(sek_buf_str(&doc), SEK_ETOOBIG,
	    "answer: nested too deep (line 1)");
	while (doc.n <= SEK_XML_MAX)
		sek_buf_add_s(&doc, "          ");
	refuse(sek_buf_str(&doc), SEK_ETOOBIG,
	    "answer: larger than 1048576 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_an_answer_of_sts),
	    cmocka_unit_test(names_count_without_their_prefix),
	    cmocka_unit_test(
		the_first_of_two_elements_counts_and_not_what_is_inside),
	    cmocka_unit_test(refuses_what_is_not_xml_and_sets_nothing),
	    cmocka_unit_test(refuses_a_document_type_and_its_entities),
	    cmocka_unit_test(refuses_what_is_nested_too_deep_or_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
