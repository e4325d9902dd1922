#ifndef SEK_AWS_XML_H
#define SEK_AWS_XML_H

#include "base/secret.h"

/*
 * The XML of AWS's query protocol by expat, whose memory is wiped when it is
 * given back. Entities of a document's own are refused, so nothing expands.
 * Paths are local names with slashes: "AssumeRoleResult/Credentials/SecretAccessKey";
 * the root element is left out.
 */
struct sek_xml_want {
	const char *path;
	struct sek_secret **out; /* set to its text if it is there, new */
};

/*
 * The first element of each path, without the text of elements inside it.
 * SEK_EPARSE "WHAT: not XML (line L)", also of a document type, and "WHAT: not
 * XML in UTF-8"; SEK_ETOOBIG: nested deeper than 32, or longer than SEK_XML_MAX. On an
 * error nothing is set.
 */
#define SEK_XML_MAX ((size_t)1 << 20)
enum sek_code sek_xml_read(struct sek_str text, const char *what,
    const struct sek_xml_want *want, size_t n_want,
    struct sek_err *err) SEK_CHECKED;

#endif
