#!/bin/sh
# sekisho-hook @KIND@ @SUM@ -- taken out by `sekisho uninstall`
# A core.hooksPath for all repositories switches off their own hooks. This one
# checks nothing; it runs the repository's own.
dir=${GIT_COMMON_DIR:-${GIT_DIR:-.git}}
[ -d "$dir" ] || dir=$(git rev-parse --git-common-dir) || exit
if read -r common 2>/dev/null <"$dir/commondir"; then
	case $common in /*) dir=$common ;; *) dir=$dir/$common ;; esac
fi
[ -x "$dir/hooks/@NAME@" ] || exit 0
exec "$dir/hooks/@NAME@" "$@"
