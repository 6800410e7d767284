import { optionNames, type OptionName } from '../config/options.ts';
import { groupTitles as groups } from './setting-labels.ts';

/** Options that are shown together. */
export interface OptionGroup {
  readonly title: string;
  readonly names: readonly OptionName[];
}

const ordered: readonly OptionGroup[] = [
  { title: groups.device, names: ['type', 'device_id', 'auto_key', 'nickname'] },
  {
    title: groups.lists,
    names: ['block_list', 'allow_list', 'policy_interval', 'maxpolicysize', 'compact'],
  },
  {
    title: groups.sanity,
    names: [
      ...(['policy_sanity', 'policy_shrink', 'policy_growth'] as const),
      ...(['widest_block_v4', 'widest_block_v6'] as const),
    ],
  },
  {
    title: groups.service,
    names: ['dns_server', 'port', 'policy_source', 'policy_tls', 'policy_tsig'],
  },
  {
    title: groups.portal,
    names: [
      ...(['settings_server', 'settings_port', 'settings_zone', 'settings_interval'] as const),
      ...(['portal_ca', 'portal_pin', 'validip_url'] as const),
    ],
  },
  {
    title: groups.enforcement,
    names: [
      ...(['verify_interval', 'confirm_seconds', 'cut_connections', 'allow_action'] as const),
      ...(['rule_interfaces', 'rule_direction', 'rule_action', 'rule_log'] as const),
      ...(['rule_floating', 'tsprefix', 'load_br_netfilter'] as const),
      ...(['out_dir', 'block_file', 'allow_file', 'block_table', 'allow_table'] as const),
      ...(['reload_pf'] as const),
    ],
  },
  { title: groups.page, names: ['ui_address', 'ui_tls_cert', 'ui_tls_key'] },
  {
    title: groups.hits,
    names: [
      ...(['log_scope', 'log_mask_local', 'collect_interval', 'upload_interval'] as const),
      ...(['log_url', 'log_proxy', 'log_source', 'log_file'] as const),
      ...(['hits_kept', 'trackers'] as const),
      ...(['logopts', 'logopts_direction'] as const),
    ],
  },
];

/** Not on the page: the switch of the overview sets it. */
const ELSEWHERE: readonly OptionName[] = ['enabled'];

/** Every option of the table, by group; those that no group names come last. */
export function optionGroups(): readonly OptionGroup[] {
  const named = new Set([...ordered.flatMap(({ names }) => names), ...ELSEWHERE]);
  const others = optionNames.filter((name) => !named.has(name));
  return others.length === 0 ? ordered : [...ordered, { title: groups.others, names: others }];
}
