import type { Tab } from './page.ts';

/** The navigation: each tab with its page. */
export const tabs: readonly {
  readonly tab: Tab;
  readonly path: string;
  readonly label: string;
}[] = [
  { tab: 'overview', path: '/', label: 'Overview' },
  { tab: 'fleet', path: '/fleet', label: 'Fleet' },
  { tab: 'reports', path: '/reports', label: 'Reports' },
  { tab: 'alarms', path: '/alarms', label: 'Alarms' },
  { tab: 'devices', path: '/devices', label: 'Devices' },
  { tab: 'policies', path: '/policies', label: 'Policies' },
  { tab: 'feeds', path: '/feeds', label: 'Feeds' },
  { tab: 'lists', path: '/lists', label: 'Lists' },
  { tab: 'servers', path: '/servers', label: 'Name servers' },
  { tab: 'keys', path: '/keys', label: 'API keys' },
  { tab: 'audit', path: '/audit', label: 'Audit log' },
];
