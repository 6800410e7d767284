import type { OptionName } from '../config/options.ts';

/** Labels of settings; the option table has the explanation. */
export const fieldLabels = {
  device_id: 'Device ID',
  auto_key: 'Device key',
  nickname: 'Nickname',
  block_list: 'Block lists',
  allow_list: 'Allow lists',
  dns_server: 'Policy servers',
  port: 'Policy port',
  settings_server: 'Settings server',
  settings_port: 'Settings port',
  settings_zone: 'Settings zone',
  portal_ca: 'CA file of the portal',
  portal_pin: 'Key pin of the portal',
  log_url: 'Upload address',
  type: 'Installation',
  policy_interval: 'Refresh every',
  maxpolicysize: 'Most entries',
  compact: 'Merge neighbours',
  policy_sanity: 'A policy that looks wrong',
  policy_shrink: 'Smallest share',
  policy_growth: 'Largest share',
  widest_block_v4: 'Widest IPv4 entry',
  widest_block_v6: 'Widest IPv6 entry',
  policy_source: 'Read policies by',
  policy_tls: 'Read policies over TLS',
  policy_tsig: 'Sign policy queries',
  settings_interval: 'Look for settings every',
  validip_url: 'Address check',
  verify_interval: 'Check the firewall every',
  confirm_seconds: 'Ask for a confirmation within',
  hits_kept: 'Keep hits up to',
  cut_connections: 'End open connections',
  allow_action: 'Packets of the allow list',
  rule_interfaces: 'Interfaces',
  rule_direction: 'Direction',
  rule_action: 'Packets of the block list',
  rule_log: 'Log packets',
  rule_floating: 'Floating rules',
  ui_address: 'Address and port',
  ui_tls_cert: 'Certificate file',
  ui_tls_key: 'Key file',
  tsprefix: 'Prefix of set names',
  load_br_netfilter: 'Filter bridged packets',
  out_dir: 'Folder of table files',
  block_file: 'Block file',
  allow_file: 'Allow file',
  block_table: 'Block table',
  allow_table: 'Allow table',
  reload_pf: 'Load tables into pf',
  log_scope: 'Lines that are hits',
  log_mask_local: 'Mask own addresses',
  collect_interval: 'Look into the log every',
  upload_interval: 'Upload every',
  log_proxy: 'HTTP proxy',
  log_source: 'Kernel log',
  log_file: 'Firewall log',
  trackers: 'Tracker ids',
  logopts: 'Log options',
  logopts_direction: 'Log options for',
} as const;

/** Titles of the groups of settings. */
export const groupTitles = {
  device: 'Device',
  lists: 'Lists',
  sanity: 'Policies that look wrong',
  service: 'Policy service',
  portal: 'Portal',
  enforcement: 'Enforcement',
  page: 'This page',
  hits: 'Hits and uploads',
  others: 'Others',
} as const;

/** What stands beside a field. */
export const settingWords = {
  usually: 'Default',
  secretSet: 'There is one. It is never shown; type a new one to replace it.',
  secretUnset: 'None is set.',
  clear: 'Remove it',
} as const;

/** The label of an option; where it has none: `policy_interval` → `Policy interval`. */
export function settingLabel(name: OptionName): string {
  const labels: Readonly<Partial<Record<OptionName, string>>> = fieldLabels;
  const plain = name.replaceAll('_', ' ');
  return labels[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
