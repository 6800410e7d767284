#!/bin/sh
# Takes the ThreatSTOP agent off: rules and tables, crontab, newsyslog.conf, programs, settings. Run as root.
set -u
root=${TS_ROOT:-}
sbin=$root/usr/local/sbin
etc=$root/usr/local/etc
libexec=$root/usr/local/libexec/threatstop
newsyslog=$root/etc/newsyslog.conf

[ "$(id -u)" = 0 ] || { echo "uninstall.sh: run it as root" >&2; exit 1; }

echo "Stopping the service"
rcctl stop threatstop >/dev/null 2>&1
rcctl disable threatstop >/dev/null 2>&1

echo "Removing the ThreatSTOP lines from the crontab"
crontab -l 2>/dev/null >"$etc/crontab.new" || : >"$etc/crontab.new"
grep -v -e '^# ThreatSTOP update$' -e '/usr/local/sbin/threatstop-pf\.sh$' \
	-e '/usr/local/sbin/sendlog\.sh$' "$etc/crontab.new" >"$etc/crontab.next"
if cmp -s "$etc/crontab.next" "$etc/crontab.pre-threatstop"; then rm -f "$etc/crontab.pre-threatstop"; fi
if [ -s "$etc/crontab.next" ]; then crontab "$etc/crontab.next"; else crontab -r 2>/dev/null; fi
rm -f "$etc/crontab.new" "$etc/crontab.next"

echo "Removing rules, tables and settings"
if [ -x "$sbin/tsadmin" ] && ! "$sbin/tsadmin" remove --silent; then
	echo "uninstall.sh: the rules could not be removed. Mend that, then run it again; nothing else was removed." >&2
	exit 1
fi

# Only the line of pflog goes back: what else was changed since stays.
if [ -f "$newsyslog.pre-threatstop" ]; then
	echo "Putting the line of pflog in /etc/newsyslog.conf back"
	awk -v old="$(awk '$1 == "/var/log/pflog" { print; exit }' "$newsyslog.pre-threatstop")" '
		$1 == "/var/log/pflog" && !done { done = 1; if (old != "") print old; next }
		{ print }' "$newsyslog" >"$newsyslog.new" && cat "$newsyslog.new" >"$newsyslog"
	rm -f "$newsyslog.new"
	if cmp -s "$newsyslog" "$newsyslog.pre-threatstop"; then rm -f "$newsyslog.pre-threatstop"; fi
fi

echo "Removing the files from /usr/local/sbin and /usr/local/etc"
rm -f "$sbin/threatstop-pf.sh" "$sbin/sendlog.sh" "$sbin/tsadmin" "$root/etc/rc.d/threatstop"
rm -f "$etc/threatstop.conf" "$etc/threatstop.version"
rm -rf "$libexec" "$root/var/db/threatstop"

if grep -q '^[^#]*<ThreatSTOP-' "$root/etc/pf.conf" 2>/dev/null; then
	echo "Lines of your own in /etc/pf.conf still name the ThreatSTOP tables, which are empty now."
	echo "Remove them, then run: pfctl -f /etc/pf.conf"
fi
