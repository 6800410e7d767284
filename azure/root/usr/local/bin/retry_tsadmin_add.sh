#!/bin/sh
# retry_tsadmin_add.sh: makes this virtual machine a ThreatSTOP IP Firewall: package, device at the portal, policy, rules, and
# only then the way out for its clients. ts-provision.service runs it until it succeeds; a run goes on where the one before
# stopped, and never makes a second device. Ends with 2 when the portal refuses, with 1 when another try may help.
set -eu
umask 077

settings=/etc/ts-azure/portal
license=/etc/ts-azure/license-key
# Of this very machine: a copy of its disk is another one, and becomes a device of its own.
state=/var/lib/cloud/instance/threatstop

say() { echo "retry_tsadmin_add.sh: $*"; }
fail() {
  say "$2" >&2
  exit "$1"
}

setting() { sed -n "s/^$1=//p" "$settings" | head -n 1; }

install_package() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' ts-iptables 2>/dev/null || true)" != installed ] || return 0
  say 'installing ts-iptables'
  export DEBIAN_FRONTEND=noninteractive
  wait=DPkg::Lock::Timeout=300
  if ! { apt-get -q -o $wait update && apt-get -q -y -o $wait install ts-iptables curl; }; then
    fail 1 'ts-iptables was not installed; see what apt-get says above'
  fi
}

# Written before the portal is asked, so that a try whose answer got lost asks for the same device again.
make_request() {
  [ ! -s "$state/request.json" ] || return 0
  token=$(od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n')
  number=$(od -An -tu8 -N7 /dev/urandom | tr -d ' \n')
  printf '{"token":"%s","nickname":"azure_ip_%012d","manufacturer":"Microsoft","model":"Azure IP Firewall"}\n' \
    "$token" $((number % 1000000000000)) >"$state/request.json.new"
  sync "$state/request.json.new"
  mv "$state/request.json.new" "$state/request.json"
  sync "$state"
}

# field FILE NAME PATTERN: a member of a JSON object, when all of it is as the pattern says.
field() {
  python3 -I -c '
import json, re, sys
path, name, pattern = sys.argv[1:]
try:
    with open(path, encoding="utf-8") as file:
        value = str(json.load(file)[name])
except (OSError, ValueError, KeyError, TypeError):
    sys.exit(1)
if re.fullmatch(pattern, value) is None:
    sys.exit(1)
sys.stdout.write(value)' "$@"
}

# For curl, by its standard input: the key is in no list of processes.
request_options() {
  url=$(setting portal_url)
  pin=$(setting portal_pin)
  printf 'url = "%s/v1/enrolments"\n' "${url%/}"
  printf 'header = "Authorization: Bearer %s"\n' "$1"
  printf 'header = "Content-Type: application/json"\n'
  printf 'data = "@%s/request.json"\n' "$state"
  # The portal has a certificate of its own making then; its public key is what counts.
  [ -z "$pin" ] || printf 'insecure\npinnedpubkey = "sha256//%s"\n' "${pin#sha256/}"
}

ask_portal() {
  key=$(tr -d ' \t\r\n' <"$license" 2>/dev/null) || fail 2 "reading $license failed"
  case $key in
    '' | *[!A-Za-z0-9_-]*) fail 2 "$license does not hold a License / API key" ;;
  esac
  say "asking the portal for the device $(field "$state/request.json" nickname '.*')"
  status=$(request_options "$key" | curl --silent --show-error --proto '=https' --connect-timeout 20 --max-time 60 \
    --retry 3 --retry-connrefused --max-filesize 65536 --write-out '%{http_code}' --output "$state/answer.json" \
    --config -) || fail 1 'the portal was not reached; see what curl says above'
  case $status in
    201) ;;
    4*) [ "$status" = 429 ] || refused 2 ;;
  esac
  [ "$status" = 201 ] || refused 1
}

refused() {
  why=$(field "$state/answer.json" detail '[ -~]{1,300}') || why='it gives no reason'
  fail "$1" "the portal answered $status: $why"
}

read_answer() {
  if ! answer_fits; then fail 1 'the answer of the portal is not that of a device'; fi
}

answer_fits() {
  id=$(field "$state/answer.json" id 'tdid_[0-9a-f]{8}') &&
    field "$state/answer.json" autoKey '[A-Za-z0-9+/]{40,100}={0,2}' >"$state/auto-key" &&
    server=$(field "$state/answer.json" settingsServer '[A-Za-z0-9.:_-]{1,255}') &&
    port=$(field "$state/answer.json" settingsPort '[0-9]{1,5}') &&
    portal_pin=$(field "$state/answer.json" portalPin 'sha256/[A-Za-z0-9+/]{43}=')
}

add_device() {
  say "setting up $id"
  tsadmin add --type auto --device_id="$id" --auto_key=@"$state/auto-key" --settings_server="$server" \
    --settings_port="$port" --portal_pin="$portal_pin" --silent ||
    fail 1 'tsadmin add failed; a policy that is new can take up to an hour'
  tsadmin enable || fail 1 'tsadmin enable failed'
}

finish() {
  # Clients get out from here on: never before what they reach is filtered.
  systemctl enable --quiet --now ts-client-nat.service || fail 1 'the way out for clients was not opened'
  rm -f "$state/auto-key" "$state/answer.json"
  printf '%s\n' "$id" >"$state/done.new"
  mv "$state/done.new" "$state/done"
  say "this firewall is $(field "$state/request.json" nickname '.*'), $id"
}

[ "$(id -u)" = 0 ] || exec sudo -- "$0" "$@"
[ -d /var/lib/cloud/instance/ ] || fail 2 'there is no /var/lib/cloud/instance: cloud-init did not run here'
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 600 9 || fail 1 'another run did not end within ten minutes'

if [ -s "$state/done" ]; then
  say "nothing to do: this firewall is $(field "$state/request.json" nickname '.*'), $(cat "$state/done")"
  exit 0
fi
install_package
make_request
ask_portal
read_answer
add_device
finish
