#!/bin/sh
# Runs every benchmark; the exit code says whether all goals were met.
set -u
failed=0
for bench in bench/*.ts; do
	echo "== $bench"
	node_modules/.bin/node --disable-warning=ExperimentalWarning "$bench" || failed=1
done
exit $failed
