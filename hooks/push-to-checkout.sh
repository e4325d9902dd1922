#!/bin/sh
# sekisho-hook @KIND@ @SUM@ -- taken out by `sekisho uninstall`
# Runs the repository's own hook, as the others do. Where it has none this does
# what git does without one; that there is a hook at all takes git's place.
dir=${GIT_COMMON_DIR:-${GIT_DIR:-.}}
if read -r common 2>/dev/null <"$dir/commondir"; then
	case $common in /*) dir=$common ;; *) dir=$dir/$common ;; esac
fi
[ ! -x "$dir/hooks/@NAME@" ] || exec "$dir/hooks/@NAME@" "$@"
head=HEAD
git rev-parse -q --verify HEAD >/dev/null ||
	head=$(git hash-object -t tree /dev/null) || exit
cd "$GIT_WORK_TREE" &&
	git update-index -q --ignore-submodules --refresh &&
	git diff-files --quiet --ignore-submodules -- &&
	git diff-index --quiet --cached --ignore-submodules "$head" -- &&
	exec git read-tree -u -m "$1"
echo "the work tree has changes" >&2
exit 1
