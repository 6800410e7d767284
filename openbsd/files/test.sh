#!/bin/sh
# Whether the device is ready on the policy servers: each of them is asked for the block list.
here=$(dirname "$0")
conf=${TS_ROOT:-}/usr/local/etc/threatstop.conf
[ -r "$conf" ] || conf=$here/threatstop.conf
if [ ! -r "$conf" ]; then
	echo "There is no threatstop.conf. Run: cp threatstop.conf.example threatstop.conf" >&2
	exit 1
fi
DNS_SERVERS='' BLOCK_LIST='' port=53
# shellcheck source=/dev/null
. "$conf"

# A list has sub-lists (PTR), prefixes (APL) or addresses (A).
ready() {
	for type in PTR APL A; do
		answer=$(dig +tcp +time=5 +tries=1 -p "$port" "@$1" "$2" "$type" 2>&1)
		case $answer in
		*"status: NOERROR"*"ANSWER: 0,"*) reason="it has no list $2" ;;
		*"status: NOERROR"*) return 0 ;;
		*"status: "*)
			reason=${answer#*status: }
			reason="it answers ${reason%%,*} for $2"
			;;
		*) reason="it does not answer on TCP port $port" ;;
		esac
	done
	return 1
}

failed=0
for server in $DNS_SERVERS; do
	for list in $BLOCK_LIST; do
		if ready "$server" "$list"; then
			echo "DNS Server $server is ready."
		else
			echo "DNS Server $server is not ready: $reason."
			failed=1
		fi
	done
done
echo
if [ "$failed" != 0 ] || [ -z "$DNS_SERVERS" ] || [ -z "$BLOCK_LIST" ]; then
	echo "The test failed. A new device can take up to an hour; see also DNS_SERVERS and BLOCK_LIST in $conf."
	exit 1
fi
echo "The test was successful. You are now ready to run the threatstop-pf.sh script."
