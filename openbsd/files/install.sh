#!/bin/sh
# Installs the ThreatSTOP agent for pf. Run as root in the folder it was unpacked to, with threatstop.conf beside it.
#   ./install.sh [-y]      -y: yes to every question
set -u
root=${TS_ROOT:-}
here=$(cd "$(dirname "$0")" && pwd) || exit 1
sbin=$root/usr/local/sbin
etc=$root/usr/local/etc
libexec=$root/usr/local/libexec/threatstop
newsyslog=$root/etc/newsyslog.conf
yes=no
[ "${1:-}" = -y ] && yes=yes

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

# Whether the answer is yes. Without an answer it is no.
ask() {
	[ "$yes" = yes ] && return 0
	printf '%s [y/N] ' "$1"
	read -r answer || answer=''
	case $answer in
	[Yy]*) return 0 ;;
	*) return 1 ;;
	esac
}

check_host() {
	[ "$(uname -s)" = OpenBSD ] || fail "this is not OpenBSD"
	[ "$(id -u)" = 0 ] || fail "run it as root"
	if [ ! -f "$here/threatstop.conf" ] && [ ! -f "$etc/threatstop.conf" ]; then
		fail "there is no threatstop.conf beside it. Run: cp threatstop.conf.example threatstop.conf"
	fi
	[ -f "$root/etc/pf.conf" ] || fail "there is no /etc/pf.conf. Write one first; see /etc/examples/pf.conf"
}

check_pf() {
	echo "checking if pf is enabled"
	if ! pfctl -si 2>/dev/null | grep -q '^Status: Enabled'; then
		if ask "pf is not enabled. Enable it now?"; then
			rcctl enable pf || fail "rcctl enable pf failed"
			pfctl -e || fail "pfctl -e failed"
		else
			echo "pf stays as it is: nothing is blocked until it is enabled (rcctl enable pf; pfctl -e)"
		fi
	fi
	if ! rcctl check pflogd >/dev/null 2>&1; then
		if ask "pflogd is not running. Enable it now?"; then
			rcctl enable pflogd || fail "rcctl enable pflogd failed"
			rcctl start pflogd || fail "rcctl start pflogd failed"
		else
			echo "pflogd stays as it is: no hits are logged until it runs (rcctl enable pflogd; rcctl start pflogd)"
		fi
	fi
}

# The Node that is there has to be 22.18 or later, with its own SQLite.
node_fits() {
	"${TS_NODE:-/usr/local/bin/node}" -e '
		const [major, minor] = process.versions.node.split(".").map(Number);
		process.exit((major > 22 || (major === 22 && minor >= 18)) && require("node:module").isBuiltin("node:sqlite") ? 0 : 1)
	' >/dev/null 2>&1
}

check_software() {
	dig -v 2>&1 || fail "there is no dig"
	node_fits && return 0
	if [ ! -x "${TS_NODE:-/usr/local/bin/node}" ]; then
		ask "The package node is not installed. Install it now?" || fail "node is needed. Run: pkg_add node"
		pkg_add node || fail "pkg_add node failed"
	fi
	node_fits || fail "node 22.18 or later is needed, as OpenBSD 7.8 has it; this is $("${TS_NODE:-/usr/local/bin/node}" --version 2>&1)"
}

copy_program() {
	echo "Copying scripts to \"/usr/local/sbin\""
	echo
	mkdir -p "$sbin" "$etc" "${libexec%/*}" || exit 1
	rm -rf "$libexec.new"
	cp -R "$here/program" "$libexec.new" || fail "there is no room for the program"
	rm -rf "$libexec.old"
	if [ -d "$libexec" ]; then mv "$libexec" "$libexec.old" || exit 1; fi
	mv "$libexec.new" "$libexec" || exit 1
	rm -rf "$libexec.old"
	for script in threatstop-pf.sh sendlog.sh; do
		install -m 0755 "$here/$script" "$sbin/$script" || exit 1
	done
	install -m 0755 "$here/program/tsadmin" "$sbin/tsadmin" || exit 1
	mkdir -p "$root/etc/rc.d"
	install -m 0555 "$here/program/threatstop.rc" "$root/etc/rc.d/threatstop" || exit 1
}

copy_settings() {
	echo "Copying configuration and version file to \"/usr/local/etc\""
	echo
	if [ -f "$etc/threatstop.conf" ]; then
		echo "  Keeping the threatstop.conf that is there"
	else
		install -m 0600 "$here/threatstop.conf" "$etc/threatstop.conf" || exit 1
	fi
	install -m 0644 "$here/threatstop.version" "$etc/threatstop.version" || exit 1
}

# Keeps a file as it was before us, once.
keep() {
	[ -f "$2" ] || cp -p "$1" "$2"
}

# From: /var/log/pflog 600 3 250 * ZB "pkill ..."   To: /var/log/pflog 600 10 * 1 ZB "pkill ..."
change_newsyslog() {
	[ -f "$newsyslog" ] || : >"$newsyslog"
	keep "$newsyslog" "$newsyslog.pre-threatstop" || exit 1
	awk '
		$1 == "/var/log/pflog" && !done {
			done = 1
			rest = $0
			# What is behind the first five fields stays as it is.
			for (i = 0; i < 5; i++) sub(/^[ \t]*[^ \t]+/, "", rest)
			sub(/^[ \t]+/, "", rest)
			print "/var/log/pflog " $2 " 10 * 1 " rest
			next
		}
		{ print }
		END {
			if (!done) print "/var/log/pflog 600 10 * 1 ZB \"pkill -HUP -u root -U root -t - -x pflogd\""
		}' "$newsyslog" >"$newsyslog.new" || fail "changing $newsyslog failed"
	# The file keeps its owner and mode.
	cat "$newsyslog.new" >"$newsyslog" || fail "changing $newsyslog failed"
	rm -f "$newsyslog.new"
}

change_crontab() {
	crontab -l 2>/dev/null >"$etc/crontab.new" || : >"$etc/crontab.new"
	keep "$etc/crontab.new" "$etc/crontab.pre-threatstop" || exit 1
	grep -v -e '^# ThreatSTOP update$' -e '/usr/local/sbin/threatstop-pf\.sh$' \
		-e '/usr/local/sbin/sendlog\.sh$' "$etc/crontab.new" >"$etc/crontab.next"
	cat >>"$etc/crontab.next" <<'CRON'
# ThreatSTOP update
22	*	*	*	*	/usr/local/sbin/threatstop-pf.sh
*/15	*	*	*	*	/usr/local/sbin/sendlog.sh
CRON
	crontab "$etc/crontab.next" || fail "crontab refused the new table; it is in $etc/crontab.next"
	rm -f "$etc/crontab.new" "$etc/crontab.next"
}

schedule() {
	echo "Changing the newsyslog.conf file to rotate pflog every hour"
	echo "Adding crontab entry to run the \"threatstop-pf.sh\" script every hour"
	echo "and upload the log file with the \"sendlog.sh\" script every 15mins"
	echo "  Backing up original crontab to \"crontab.pre-threatstop\""
	change_crontab
	echo "  Creating backup of /etc/newsyslog.conf => /etc/newsyslog.conf.pre-threatstop"
	change_newsyslog
}

check_host
check_pf
check_software
copy_program
copy_settings
schedule
