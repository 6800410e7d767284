#!/bin/sh
# The ThreatSTOP service: start, stop, restart, status. Each may be repeated.
# pfSense runs this at boot (rc.start_packages) and from Status > Services.

PATH=/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin
export PATH

pidfile=/var/run/threatstop.pid
childfile=/var/run/threatstop-child.pid
home=/usr/local/libexec/ts-pfsense
command=/usr/local/pkg/threatstop/command.php

running() {
	[ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null
}

url_encoded() {
	/usr/local/bin/php -r 'echo rawurlencode(trim(stream_get_contents(STDIN), "\n"));'
}

# The proxy of System > Advanced > Miscellaneous, as the variables that programs expect.
use_proxy() {
	tag=/usr/local/sbin/read_xml_tag.sh
	[ -x "$tag" ] || return 0
	host=$("$tag" string system/proxyurl)
	[ -n "$host" ] || return 0
	host=${host#http://}
	port=$("$tag" string system/proxyport)
	user=$("$tag" string system/proxyuser | url_encoded)
	pass=$("$tag" string system/proxypass | url_encoded)
	HTTPS_PROXY=http://${user:+$user:$pass@}$host${port:+:$port}
	HTTP_PROXY=$HTTPS_PROXY
	export HTTPS_PROXY HTTP_PROXY
}

rc_start() {
	if running; then
		return 0
	fi
	# A restored config.xml may not know the package.
	/usr/local/bin/php -f "$command" register </dev/null >/dev/null 2>&1
	# It says itself what is missing; the page asks it, too.
	"$home/find-node" >/dev/null || return 1
	use_proxy
	# -r starts it again when it ends by itself; its messages go to the system log.
	daemon -f -r -R 5 -S -T threatstop -t threatstop -P "$pidfile" -p "$childfile" /usr/local/bin/ts-service
}

rc_stop() {
	if ! running; then
		rm -f "$pidfile" "$childfile"
		return 0
	fi
	pid=$(cat "$pidfile")
	kill "$pid" 2>/dev/null
	tries=0
	while kill -0 "$pid" 2>/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -gt 30 ]; then
			kill -9 "$(cat "$childfile")" "$pid" 2>/dev/null
			break
		fi
		sleep 0.5
	done
	rm -f "$pidfile" "$childfile"
}

case $1 in
start) rc_start ;;
stop) rc_stop ;;
restart) rc_stop && rc_start ;;
status)
	if running; then
		echo "threatstop is running as pid $(cat "$pidfile")."
	else
		echo 'threatstop is not running.'
		exit 1
	fi
	;;
*)
	echo "usage: $0 {start|stop|restart|status}" >&2
	exit 64
	;;
esac
