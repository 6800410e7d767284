import { siteTexts } from '../../site/texts.ts';

/** Texts that stand on every page, and the names of the actions. */
export const commonTexts = {
  ...siteTexts,
  offline: `${siteTexts.offline} To disable without it, run "tsadmin disable" on the device.`,
  product: 'ThreatSTOP',
  nav: {
    overview: 'Overview',
    hits: 'Hits',
    lookup: 'Lookup',
    policy: 'Policy',
    settings: 'Settings',
    activity: 'Activity',
    setUp: 'Set up',
  },
  dryRun: 'Dry run.',
  dryRunText:
    'The kernel is not touched: the policy is written to table files, and no packet is blocked.',
  error: 'Error',
  warning: 'Warning',
  problems: 'Problems',
  more: (count: string): string => `and ${count} more`,
  never: 'never',
  none: 'none',
  actions: {
    enforce: 'Enforce policy',
    enabling: 'Enabling…',
    disabling: 'Disabling…',
    update: 'Update now',
    updating: 'Updating…',
    sendLogs: 'Send logs now',
    sendingLogs: 'Sending…',
    verify: 'Check and repair',
    verifying: 'Checking…',
    raise: (entries: string): string => `Set it to ${entries}`,
    raising: 'Setting…',
    remove: 'Remove…',
    setUp: 'Set up this device',
  },
} as const;
