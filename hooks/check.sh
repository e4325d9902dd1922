#!/bin/sh
# sekisho-hook @KIND@ @SUM@ -- taken out by `sekisho uninstall`
sekisho=@SEKISHO@
if [ ! -x "$sekisho" ]; then
	command -v sekisho >/dev/null || {
		printf '%s\n' "sekisho: $0: the program $sekisho is gone, so nothing can be checked." \
			"To repair: install sekisho and run 'sekisho install'." \
			"To remove: delete $0; if there is $0.chained, rename it back." >&2
		exit 3
	}
	sekisho=sekisho
fi
exec "$sekisho" hook @CHAIN@ -- @NAME@ "$@"
