# After the files came, at an upgrade too. Every step may run again; none makes the installation fail.
[ "${PKG_ROOTDIR:-/}" = / ] || exit 0
service=/usr/local/etc/rc.d/threatstop.sh
home=/usr/local/libexec/ts-pfsense

# Not every pkg removes the files that only the older release had.
if cd "$home" && [ -f FILES ]; then
  find . ! -type d | sed 's,^\./,,' | grep -vxF -e FILES -f FILES | while read -r leftover; do
    rm -f "$leftover"
  done
  find . -type d -empty -delete
fi

if [ -x /usr/local/bin/php ] && [ -f /etc/rc.packages ]; then
  /usr/local/bin/php -f /etc/rc.packages threatstop POST-INSTALL </dev/null
fi
# A service that holds the output of this script would keep pkg waiting.
[ ! -x "$service" ] || "$service" start </dev/null >/dev/null 2>&1
if "$home/find-node" >/dev/null; then
  echo 'ts-pfsense: open Firewall > ThreatSTOP, or run: tsadmin add'
fi
exit 0
