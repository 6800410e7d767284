#!/bin/bash
# A pfSense on this machine: its PHP and web interface from a git clone, over Debian, in a root and a process namespace of
# its own. What the kernel and FreeBSD would do is in stubs/. Needs root and overlayfs.
#
#   root.sh up GIT COMMIT IPV6 DIR   make the root DIR/root from a commit of pfSense; IPV6: the file Net/IPv6.php
#   root.sh boot DIR PORT            start web server and PHP: http://127.0.0.1:PORT
#   root.sh sh DIR COMMAND           run a shell command inside
#   root.sh down DIR                 stop and remove
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

# A branch is "origin/x" in a clone, "x" in a mirror.
ref() {
  git -C "$1" rev-parse -q --verify "$2^{commit}" || git -C "$1" rev-parse -q --verify "origin/$2^{commit}"
}

up() {
  git=$1 commit=$2 ipv6=$3 dir=$4 shim=$4/shim
  # The upper folder of an overlay cannot be inside a lower one, which is this machine's own root.
  mkdir -p "$dir"
  mount -t tmpfs tmpfs "$dir"
  mkdir -p "$dir"/{src,upper,work,root} "$shim"/{lab,cf/conf,conf.default,sbin,usr/sbin,usr/bin}
  mkdir -p "$shim"/usr/local/{bin,sbin,etc/rc.d,share/pear} "$shim"/var/{db/aliastables,etc,log,run,db/pkg}
  git -C "$git" archive "$(ref "$git" "$commit")" src | tar -x --strip-components=1 -C "$dir/src"
  # It needs libraries that are no part of the sources.
  rm -f "$dir"/src/usr/local/www/widgets/*/disks.*
  # Without the wizard of the first login.
  find "$dir/src" -name trigger_initial_wizard -delete
  suit_php82 "$dir/src/etc/inc"
  cp "$here"/stubs/{pfsense.php,missing-tables} "$shim/lab/"
  cp "$here"/stubs/{pfctl,sysctl,ifconfig} "$shim/sbin/"
  cp "$here/stubs/daemon" "$shim/usr/sbin/"
  cp "$(readlink -f /usr/bin/pgrep)" "$shim/lab/pgrep"
  cp "$here/stubs/pgrep" "$shim/usr/bin/"
  for name in filterlog filterdns check_reload_status pkg-static openvpn; do
    printf '#!/bin/sh\nexit 0\n' > "$shim/usr/local/sbin/$name"
  done
  for name in usr/bin/node usr/local/bin/node; do ln -s "$checkout/node_modules/node/bin/node" "$shim/$name"; done
  "$checkout/node_modules/.bin/esbuild" --bundle --platform=node --format=esm --log-level=warning \
    "$here/pfctl.ts" --outfile="$shim/lab/pfctl.mjs"
  printf '#!/bin/sh\nexec "%s" /lab/pfctl.mjs "$@"\n' "$checkout/node_modules/node/bin/node" > "$shim/lab/pfctl"
  ln -s /usr/bin/xmllint "$shim/usr/local/bin/xmllint"
  ln -s cf/conf "$shim/conf"
  pear "$ipv6" "$shim/usr/local/share/pear"
  php_ini > "$shim/lab/php.ini"
  for name in usr/local/bin/php usr/bin/php; do
    printf '#!/bin/sh\nexec /usr/bin/php8.2 -c /lab/php.ini "$@"\n' > "$shim/$name"
  done
  # One configuration for all releases, old enough that each brings it up to date.
  git -C "$git" show "$(ref "$git" RELENG_2_7_0):src/conf.default/config.xml" > "$dir/default.xml"
  php8.2 "$here/php/config.php" "$dir/default.xml" > "$shim/cf/conf/config.xml"
  cp "$shim/cf/conf/config.xml" "$shim/conf.default/"
  find "$shim/sbin" "$shim/usr" "$shim/lab/pfctl" "$shim"/lab/{pgrep,missing-tables} -type f -exec chmod 755 {} +
  mount -t overlay overlay -o "lowerdir=$shim:$dir/src:/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
  mount --rbind /dev "$dir/root/dev"
  mount --make-rslave "$dir/root/dev"
  for folder in tmp run var/log; do mount -t tmpfs tmpfs "$dir/root/$folder"; done
  # Of this machine there may be files of a firewall below.
  mkdir -p "$dir/root/var/run/php" "$dir/root/var/lib/php/sessions" "$dir/root/var/log/nginx"
  find "$dir/root/etc" -maxdepth 1 -name 'rc*' -exec chmod 755 {} + 2> /dev/null || true
}

# What newer and older releases use that PHP 8.2 refuses.
suit_php82() {
  grep -rlE 'static \$[a-z0-9_]+ = ' "$1" | xargs -r sed -i -E \
    -e 's/^([[:space:]]*)static (\$[a-z0-9_]+) = ([a-zA-Z_]+\(.*|\$.*);$/\1static \2; \2 ??= \3;/' \
    -e 's/^([[:space:]]*)static (\$[a-z0-9_]+) = function/\1\2 = function/'
  grep -rl "call_user_func_array('array_merge', " "$1" | xargs -r sed -i -E \
    "s/call_user_func_array\('array_merge', (.cert_curve_compatible)\)/array_merge(...array_values(\1))/"
}

# Net_IPv6 made static; of the other PEAR packages, which nothing here uses, empty files.
pear() {
  mkdir -p "$2"/{Net,Auth,Crypt,XML/RPC2}
  sed -E -e 's/(\$[a-zA-Z]+)\{([^}]*)\}/\1[\2]/g' -e 's/\$this->/self::/g' \
    -e 's/^([[:space:]]*)(public |protected |private )?(static )?function /\1\2static function /' "$1" > "$2/Net/IPv6.php"
  for name in Auth/RADIUS Crypt/CHAP XML/RPC2/Client XML/RPC2/Server XML/RPC2/Exception; do
    echo '<?php' > "$2/$name.php"
  done
  echo '<?php class PEAR { static function isError($x) { return false; } static function loadExtension($e) { return true; } }' > "$2/PEAR.php"
}

php_ini() {
  www=/usr/local/www pfsense=/usr/local/pfSense/include
  cat << INI
auto_prepend_file=/lab/pfsense.php
include_path=".:/etc/inc:$pfsense:$pfsense/www:$www:/usr/local/captiveportal:/usr/local/pkg:$www/classes:$www/classes/Form:/usr/local/share/pear"
error_reporting=E_ERROR|E_PARSE
display_errors=on
log_errors=on
error_log=/tmp/PHP_errors.log
output_buffering=0
memory_limit=512M
register_argc_argv=On
request_order=GP
date.timezone=Etc/UTC
session.save_path=/var/run/php
INI
}

boot() {
  root=$1/root port=$2
  cat > "$root/lab/fpm.conf" << FPM
[global]
pid=/var/run/php-fpm.pid
error_log=/tmp/fpm.log
[nginx]
user=root
group=root
listen=/var/run/php-fpm.socket
pm=static
pm.max_children=3
security.limit_extensions=
env[PATH]=/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin
FPM
  cat > "$root/lab/nginx.conf" << NGX
user root; worker_processes 1; pid /var/run/lab-nginx.pid; error_log /tmp/nginx-error.log;
events { worker_connections 256; }
http { include /etc/nginx/mime.types; access_log off; add_header X-Frame-Options SAMEORIGIN;
 error_page 404 /404.html; error_page 500 502 503 504 /50x.html;
 server { listen 127.0.0.1:$port; root /usr/local/www/;
  location / { index index.php index.html; }
  location ~ \.inc\$ { deny all; }
  location ~ \.php\$ { try_files \$uri =404; fastcgi_pass unix:/var/run/php-fpm.socket; fastcgi_intercept_errors on;
   fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_read_timeout 180; include /etc/nginx/fastcgi_params; }
 } }
NGX
  # pfSense runs killall and pkill by name: it must not see the processes of this machine.
  # shellcheck disable=SC2016
  setsid unshare --pid --mount --fork --kill-child bash -c '
    mount -t proc proc "$0/proc"
    exec chroot "$0" bash -c "
      php-fpm8.2 -R -c /lab/php.ini -y /lab/fpm.conf -D
      nginx -c /lab/nginx.conf
      exec sleep infinity"' "$root" > "$1/boot.log" 2>&1 < /dev/null &
  echo $! > "$1/pid"
  for _ in $(seq 60); do
    curl -s -o /dev/null "http://127.0.0.1:$port/" && return
    sleep 0.25
  done
  cat "$1/boot.log" >&2
  return 1
}

inside() {
  init=$(pgrep -P "$(cat "$1/pid")" | head -1)
  exec nsenter --target "$init" --pid --mount chroot "$1/root" /usr/bin/env -i HOME=/root LANG=C \
    PATH=/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin bash -c "$2"
}

down() {
  [ ! -f "$1/pid" ] || kill -9 "$(cat "$1/pid")" 2> /dev/null || true
  for folder in dev tmp run var/log ''; do umount -l "$1/root/$folder" 2> /dev/null || true; done
  umount -l "$1"
  rmdir "$1"
}

action=$1
shift
case $action in
  up) up "$@" ;;
  boot) boot "$@" ;;
  sh) inside "$@" ;;
  down) down "$@" ;;
esac
