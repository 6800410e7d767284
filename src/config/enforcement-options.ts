/** The options of rules: when, where and how a policy is enforced. Part of the option table. */
import { choice, flag, integer, text, words, type Option } from './option-types.ts';

/** Options by name, in the order of the table. */
export const enforcementOptions = {
  enabled: flag({
    description: 'Whether the policy is to be enforced.',
    default: false,
    setBy: ['local'],
  }),
  confirm_seconds: integer({
    description:
      'After enabling, the page asks whether somebody is still there, and goes back to disabled after this time without an answer. 0: never ask.',
    default: 60,
    min: 0,
    max: 3600,
    unit: 's',
    setBy: ['local'],
  }),
  cut_connections: flag({
    description: 'End the open connections of addresses that are blocked from now on.',
    default: true,
  }),
  allow_action: text({
    description: 'What to do with packets of the allow list: exempt (no rule), or a rule action.',
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,27}$/,
    allowed: 'exempt, pass, ACCEPT, RETURN or the name of a chain',
    default: 'exempt',
  }),
  rule_interfaces: words({
    description:
      'Interfaces that get rules (pfSense), by their names in the configuration. Empty: all that are enabled.',
    pattern: /^(?:wan|lan|opt\d{1,4})$/,
    allowed: 'names such as wan, lan or opt1',
    setBy: ['local'],
  }),
  rule_direction: choice({
    description:
      'What rules look at (pfSense): auto (an interface with a gateway: where packets come from; others: where they go to) or both.',
    choices: ['auto', 'both'],
    default: 'auto',
    setBy: ['local'],
  }),
  rule_action: choice({
    description:
      'What rules do with packets of the block list (pfSense): block drops, reject answers.',
    choices: ['block', 'reject'],
    default: 'block',
    setBy: ['local'],
  }),
  rule_log: flag({
    description: 'Log the packets that meet a rule (pfSense). Without it there are no hits.',
    default: true,
    setBy: ['local'],
  }),
  rule_floating: flag({
    description:
      'Make floating rules (pfSense), which come before the rules of interface groups and interfaces.',
    default: false,
    setBy: ['local'],
  }),
  tsprefix: text({
    description:
      'Prefix of the ipset names (Linux), at most 21 characters: with blockaddr6 behind it, the name has to fit into the 31 that ipset takes.',
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_-]{0,20}$/,
    allowed:
      '1 to 21 letters, digits, "_" and, not first, "-": more does not fit, as "blockaddr6" comes behind it and ipset takes names of 31',
    default: 'TS',
  }),
  logopts: text({
    description: 'Extra iptables log options (Linux), e.g. --log-uid.',
    pattern: /^[A-Za-z0-9 -]{1,200}$/,
    allowed: 'iptables LOG options',
  }),
  logopts_direction: choice({
    description: 'Direction the extra log options are for (Linux).',
    choices: ['both', 'in', 'out'],
    default: 'both',
  }),
  load_br_netfilter: flag({
    description: 'Load the bridge netfilter module, now and at boot (Linux).',
    default: false,
  }),
} as const satisfies Record<string, Option<never> | Option<unknown>>;
