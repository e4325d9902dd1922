#include "scan/signal.h"

#define OF_NO_USE                                                              \
	(SEK_SIGNAL_EXPIRED | SEK_SIGNAL_CANARY | SEK_SIGNAL_BAD_ACCOUNT)
#define PAIRED (SEK_SIGNAL_PAIRED | SEK_SIGNAL_PAIRED_ELSEWHERE)

static const struct {
	const char *name, *meaning;
} signals[SEK_SIGNALS] = {
    {"shape", "it has the form that its issuer gives to it"},
    {"random", "its characters are as mixed as those of random keys"},
    {"decoded", "it decodes to what such a secret holds"},
    {"account", "it names an account"},
    {"no-account", "it is a key id of the older kind, which names no account"},
    {"impossible-account", "no account has the number in it: it is made up"},
    {"unsure", "other things have this form, too"},
    {"public", "such a URL is made to be passed on while it is valid"},
    {"canary", "its account is known to be a trap for thieves of keys"},
    {"expired", "it is no longer valid"},
    {"living", "it is still valid"},
    {"named", "the text before it says what it is"},
    {"bare", "no text before it says what it is"},
    {"near-key-id", "an access key id stands within a few lines"},
    {"word", "its line speaks of secrets, keys or AWS"},
    {"assigned", "it is the value of a name"},
    {"paired", "the other half of the key pair stands in the same content"},
    {"paired-elsewhere", "the other half stands in another file beside it"},
};

const char *
sek_signal_name(unsigned i)
{
	return signals[i].name;
}

const char *
sek_signal_meaning(unsigned i)
{
	return signals[i].meaning;
}

static enum sek_confidence
grade_bare(uint32_t s)
{
	bool said = s & (SEK_SIGNAL_WORD | SEK_SIGNAL_ASSIGNED);

	if ((s & SEK_SIGNAL_NEAR) && said && (s & PAIRED))
		return SEK_CONF_HIGH;
	return s & (SEK_SIGNAL_NEAR | SEK_SIGNAL_WORD) ? SEK_CONF_MEDIUM
						       : SEK_CONF_LOW;
}

enum sek_confidence
sek_signal_grade(uint32_t s)
{
	if (s & OF_NO_USE)
		return SEK_CONF_LOW;
	if (s & SEK_SIGNAL_LIVING)
		return SEK_CONF_HIGH;
	if (s & SEK_SIGNAL_BARE)
		return grade_bare(s);
	if (s & (SEK_SIGNAL_UNSURE | SEK_SIGNAL_PUBLIC))
		return SEK_CONF_MEDIUM;
	if ((s & SEK_SIGNAL_NO_ACCOUNT) && !(s & PAIRED))
		return SEK_CONF_MEDIUM;
	return SEK_CONF_HIGH;
}

const char *
sek_confidence_name(enum sek_confidence c)
{
	static const char *const name[] = {
	    [SEK_CONF_LOW] = "low",
	    [SEK_CONF_MEDIUM] = "medium",
	    [SEK_CONF_HIGH] = "high",
	};

	return name[c];
}
