#!/bin/sh
# Debian packages that the tests drive for real. Installs what is missing as root; otherwise prints the command and fails.
set -eu

packages='bind9 bind9-utils postgresql dnsutils knot knot-dnsutils iprange chromium bzip2 xz-utils zstd zip unzip openssl
	tinyproxy logrotate mandoc fonts-liberation php-cli php-curl php-xml ipset iptables
	tcpdump mksh shellcheck nftables iproute2 iputils-ping conntrack util-linux debootstrap lintian rpm rpmlint ulogd2 gpg systemd systemd-journal-remote'

missing=''
for package in $packages; do
	if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
		missing="$missing $package"
	fi
done
[ -n "$missing" ] || exit 0

install="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ]; then
	echo "The tests need Debian packages. Run as root:" >&2
	echo "  $install" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 -- the list is meant to be split
apt-get install -y --no-install-recommends $missing
