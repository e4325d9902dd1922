#include "scan/rule.h"

#include <string.h>

static const char *const severities[] = {
    [SEK_LOW] = "low",
    [SEK_MEDIUM] = "medium",
    [SEK_HIGH] = "high",
    [SEK_CRITICAL] = "critical",
};

const char *
sek_severity_name(enum sek_severity s)
{
	return severities[s];
}

bool
sek_severity_parse(const char *name, enum sek_severity *out)
{
	for (size_t i = 0; i < sizeof(severities) / sizeof(*severities); i++)
		if (strcmp(name, severities[i]) == 0) {
			*out = (enum sek_severity)i;
			return true;
		}
	return false;
}
