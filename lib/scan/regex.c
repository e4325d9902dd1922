#include "scan/regex.h"

#include "scan/regex_tree.h"

enum sek_code
sek_regex_study(const char *regex, struct sek_regex_info *out,
    struct sek_err *err)
{
	sek_auto_regex_tree tree = {0};
	enum sek_code code;

	*out = (struct sek_regex_info){0};
	code = sek_regex_parse(&tree, sek_str(regex), err);
	if (code != SEK_OK)
		return code;
	code = sek_regex_measure(tree.root, err);
	if (code != SEK_OK)
		return code;
	out->back = tree.root->back;
	out->ahead = tree.root->ahead;
	out->length_min = tree.root->min;
	out->crosses_newline = tree.root->newline || tree.root->crosses;
	out->groups = tree.groups;
	sek_regex_choose(tree.root, out);
	return SEK_OK;
}
