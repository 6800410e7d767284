# Before the files come: a wrong processor is refused, the service of an older release ends.
# pkg install FILE does not look at the processor itself.
[ "${PKG_ROOTDIR:-/}" = / ] || exit 0
if [ "$(uname -s)" = FreeBSD ] && [ "$(uname -p)" != '%%ARCHITECTURE%%' ]; then
  echo "ts-pfsense: this package is for %%ARCHITECTURE%%, this machine is $(uname -p). Install the package for $(uname -p)." >&2
  exit 1
fi
service=/usr/local/etc/rc.d/threatstop.sh
[ ! -x "$service" ] || "$service" stop </dev/null >/dev/null 2>&1
exit 0
