# After the files went. Settings, in config.xml, and the database stay for a new installation.
[ "${PKG_ROOTDIR:-/}" = / ] || exit 0
[ "${PKG_UPGRADE:-}" != true ] || exit 0
if [ -x /usr/local/bin/php ] && [ -f /etc/rc.packages ]; then
  /usr/local/bin/php -f /etc/rc.packages threatstop POST-DEINSTALL </dev/null
fi
rm -f /var/run/threatstop.*
exit 0
