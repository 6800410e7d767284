# Before the files go. At an upgrade nothing is taken out: rules, tables and settings stay.
[ "${PKG_ROOTDIR:-/}" = / ] || exit 0
[ "${PKG_UPGRADE:-}" != true ] || exit 0
service=/usr/local/etc/rc.d/threatstop.sh
[ ! -x "$service" ] || "$service" stop </dev/null >/dev/null 2>&1
if [ -x /usr/local/bin/php ] && [ -f /etc/rc.packages ]; then
  /usr/local/bin/php -f /etc/rc.packages threatstop DEINSTALL </dev/null
fi
exit 0
