#!/bin/sh
# Runs every benchmark; the exit code says whether all goals were met.
set -u
failed=0
for bench in bench/*.ts; do
	# Takes a quarter of an hour: "make soak".
	[ "$bench" = bench/soak.ts ] && continue
	echo "== $bench"
	node_modules/.bin/node --disable-warning=ExperimentalWarning "$bench" || failed=1
done
exit $failed
