#!/bin/sh
# Reads the policy, writes the files that pf loads its tables from, and loads them (RELOAD_PF).
root=${TS_ROOT:-}
tsadmin=$root/usr/local/sbin/tsadmin
conf=$root/usr/local/etc/threatstop.conf

if [ ! -r "$conf" ]; then
	echo "There is no $conf. Run install.sh first." >&2
	exit 1
fi
RELOAD_PF=YES
BLOCK_TABLE=ThreatSTOP-Block
# shellcheck source=/dev/null
. "$conf"

output=$("$tsadmin" update "$@" 2>&1)
code=$?
reload=no
case $RELOAD_PF in
[Yy]*) [ "$code" = 0 ] && reload=yes ;;
esac
printf '%s\n' "$output" | awk -v reload="$reload" '
	/^Adding / { adding = 1 }
	adding && $0 == "" { if (reload == "yes") print "Reloading pf...done"; adding = 0 }
	{ print }'

# Rules of the administrator, as the documentation has them, are what enables the policy.
if [ "$code" = 0 ] && /sbin/pfctl -sr 2>/dev/null | grep "^block " | grep -Fq "<$BLOCK_TABLE>"; then
	"$tsadmin" enable >/dev/null || code=$?
fi
exit "$code"
