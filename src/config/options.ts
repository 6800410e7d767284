/**
 * The option table: every setting of a device, once. `tsadmin add`, the settings file, the portal's
 * record, `tsadmin show` and the page all read it; nothing else knows an option's type or default.
 */
import { enforcementOptions } from './enforcement-options.ts';
import { openbsdOptions } from './openbsd-options.ts';
import { pageOptions } from './page-options.ts';
import { choice, flag, integer, text, words, type Option, type SetBy } from './option-types.ts';

const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:]{2,39})$/;
const TOKEN = /^[A-Za-z0-9_.-]{1,63}$/;
const PROXY =
  /^(?:none|http:\/\/(?:[^\s:@/?#]{1,200}(?::[^\s@/?#]{0,200})?@)?(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?\/?)$/;
const TRACKERS = /^\d{1,10}(?:-\d{1,10})?$/;

/** Seconds between two runs of a task. */
function interval(about: { default: number; description: string }) {
  return integer({ ...about, min: 1, max: 604_800, unit: 's' });
}

/** All options by name. The names are those of the documented `tsadmin add` parameters where there is one. */
export const options = {
  type: choice({
    description: 'Installation type: auto (web automation, the portal decides) or manual.',
    choices: ['manual', 'auto'],
    default: 'manual',
    setBy: ['local'],
  }),
  device_id: text({
    description: 'ThreatSTOP device ID (TDID).',
    pattern: TOKEN,
    allowed: '1 to 63 letters, digits, "_", "-" or "."',
    setBy: ['local'],
  }),
  auto_key: text({
    description: 'Web automation key of the device (base64).',
    pattern: /^[A-Za-z0-9+/]{16,}={0,2}$/,
    allowed: 'the key as the portal shows it: at least 16 base64 characters',
    secret: true,
    setBy: ['local'],
  }),
  nickname: text({
    description: 'Name of the device on the portal.',
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
    allowed: '1 to 64 letters, digits, "-" or "_"',
  }),
  block_list: words({
    description: 'Block lists, DNS names separated by blanks.',
    pattern: NAME,
    allowed: 'DNS names such as basic.threatstop.local',
  }),
  allow_list: words({
    description: 'Allow lists, DNS names separated by blanks.',
    pattern: NAME,
    allowed: 'DNS names such as dns.threatstop.local',
  }),
  maxpolicysize: integer({
    description: 'Most entries of the block list; the allow list gets 20 % of it. 0: no limit.',
    default: 0,
    min: 0,
    max: 10_000_000,
    unit: 'entries',
  }),
  compact: choice({
    description: 'Merge neighbouring prefixes: auto (only to fit a limit), always, never.',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  }),
  widest_block_v4: integer({
    description: 'Widest IPv4 block entry, as prefix length; wider ones are taken out.',
    default: 8,
    min: 1,
    max: 32,
    unit: 'bits',
  }),
  widest_block_v6: integer({
    description: 'Widest IPv6 block entry, as prefix length; wider ones are taken out.',
    default: 16,
    min: 1,
    max: 128,
    unit: 'bits',
  }),
  policy_sanity: choice({
    description:
      'What to do with a new policy that looks wrong: warn and enforce it, or hold it back until it is accepted.',
    choices: ['warn', 'hold'],
    default: 'warn',
  }),
  policy_shrink: integer({
    description: 'A new block list below this share of the one before looks wrong.',
    default: 50,
    min: 0,
    max: 100,
    unit: '%',
  }),
  policy_growth: integer({
    description: 'A new block list above this share of the one before looks wrong.',
    default: 300,
    min: 100,
    max: 100_000,
    unit: '%',
  }),
  dns_server: words({
    description: 'Policy service: DNS servers, tried in this order.',
    pattern: HOST,
    allowed: 'host names or addresses',
    default: ['ts-dns.threatstop.com'],
  }),
  port: integer({
    description: 'TCP port of the policy service: 53, or 5353 where 53 is filtered.',
    default: 53,
    min: 1,
    max: 65_535,
  }),
  policy_source: choice({
    description:
      'How the policy is read: dns (queries for each list) or transfer (whole zones, then their changes: AXFR, IXFR).',
    choices: ['dns', 'transfer'],
    default: 'dns',
  }),
  policy_tls: flag({ description: 'Read the policy over TLS.', default: false }),
  policy_tsig: flag({
    description: 'Sign policy queries with the device key and require signed answers.',
    default: false,
  }),
  policy_interval: interval({
    description: 'Time between two checks for a new policy.',
    default: 900,
  }),
  settings_server: text({
    description: 'Settings service of the portal (web automation).',
    pattern: HOST,
    allowed: 'a host name or address',
    default: 'ts-ctp.threatstop.com',
    setBy: ['local'],
  }),
  settings_port: integer({
    description: 'TCP port of the settings service.',
    default: 5353,
    min: 1,
    max: 65_535,
    setBy: ['local'],
  }),
  settings_zone: text({
    description: 'Zone of the settings records: <device_id>.config.<zone>.',
    pattern: NAME,
    allowed: 'a DNS name',
    default: 'threatstop.local',
    setBy: ['local'],
  }),
  settings_interval: interval({
    description: 'Time between two looks at the portal for new settings.',
    default: 900,
  }),
  portal_ca: text({
    description: 'File with the CA certificate of a self-hosted portal (PEM). Empty: system CAs.',
    pattern: /^\/[^\0\n]{1,1000}$/,
    allowed: 'an absolute path',
    setBy: ['local'],
  }),
  portal_pin: text({
    description: "SHA-256 of the portal's public key, instead of a CA: sha256/<base64>.",
    pattern: /^sha256\/[A-Za-z0-9+/]{43}=$/,
    allowed: 'sha256/ and 44 base64 characters',
    setBy: ['local'],
  }),
  log_url: text({
    description: 'Where hits are uploaded to.',
    pattern: /^https?:\/\/[^\s"'\\]{1,1000}$/,
    allowed: 'an http or https URL',
    default: 'https://logs.threatstop.com/cgi-bin/logupload.pl',
  }),
  validip_url: text({
    description: 'Asked whether the public address of the device is authorized.',
    pattern: /^https?:\/\/[^\s"'\\]{1,1000}$/,
    allowed: 'an http or https URL',
    default: 'http://logs.threatstop.com/cgi-bin/validip.pl',
  }),
  log_proxy: text({
    description:
      'HTTP proxy for uploads and the address check: http://[user:password@]host:port. Empty: as the environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), else direct. none: always direct.',
    pattern: PROXY,
    allowed:
      'http://host:port or http://user:password@host:port, special characters of the password as %XX, or none',
    secret: true,
    setBy: ['local'],
  }),
  upload_interval: interval({ description: 'Time between two uploads of hits.', default: 900 }),
  collect_interval: interval({
    description: 'Time between two looks into the firewall log.',
    default: 10,
  }),
  verify_interval: interval({
    description: 'Time between two checks of what the firewall enforces.',
    default: 60,
  }),
  log_file: text({
    description: 'The firewall log.',
    pattern: /^\/[^\0\n]{1,1000}$/,
    allowed: 'an absolute path',
    default: '/var/log/filter.log',
    setBy: ['local'],
  }),
  log_source: choice({
    description:
      'How dropped packets are logged (Linux): file (a syslog daemon writes log_file), journal (of systemd), nflog (ulogd writes log_file), or auto: the first of these that is there; nflog first in a container, where the kernel logs nothing.',
    choices: ['auto', 'file', 'journal', 'nflog'],
    default: 'auto',
    setBy: ['local'],
  }),
  log_scope: choice({
    description:
      'Which log lines are hits: those of our rules, also those with an address of the policy, or all.',
    choices: ['rules', 'policy', 'all'],
    default: 'rules',
  }),
  log_mask_local: flag({
    description:
      'Keep addresses of the own network out of uploads: private, unique local and link-local ones and those of the networks of this host are sent as 0.0.0.0 and ::. The local record keeps them.',
    default: false,
  }),
  hits_kept: integer({
    description:
      'Hits kept on this host for the page, about; 1 MB holds some 2,400. None is kept longer than 30 days.',
    default: 200,
    min: 1,
    max: 100_000,
    unit: 'MB',
  }),
  trackers: words({
    description: 'Tracker ids of our rules in the firewall log, single or as ranges.',
    pattern: TRACKERS,
    allowed: 'numbers or ranges such as 1770000101-1770000199',
    default: ['1770000101-1770000199'],
    setBy: ['local'],
  }),
  ...pageOptions,
  ...enforcementOptions,
  ...openbsdOptions,
} as const satisfies Record<string, Option<never> | Option<unknown>>;

/** Name of an option. */
export type OptionName = keyof typeof options;

/** The value type of an option. */
export type OptionValue<N extends OptionName> =
  (typeof options)[N] extends Option<infer T> ? T : never;

/** All settings of a device, typed, defaults filled in. Immutable. */
export type Settings = { readonly [N in OptionName]: OptionValue<N> };

/** Every option's name, in the order of the table. */
export const optionNames = Object.keys(options) as OptionName[];

/** Whether the text names an option. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

/** Whether the portal, or the administrator, may set the option. */
export function maySet(who: SetBy, name: OptionName): boolean {
  const setBy: readonly SetBy[] = options[name].setBy;
  return setBy.includes(who);
}
