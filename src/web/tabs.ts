import type { Tab } from './page.ts';
import { texts } from './texts.ts';

/** One entry of the navigation. */
export interface TabLink {
  readonly tab: Tab;
  readonly path: string;
  readonly label: string;
}

const tabs: readonly TabLink[] = [
  { tab: 'overview', path: '/', label: texts.nav.overview },
  { tab: 'hits', path: '/hits', label: texts.nav.hits },
  { tab: 'lookup', path: '/lookup', label: texts.nav.lookup },
  { tab: 'policy', path: '/policy', label: texts.nav.policy },
  { tab: 'settings', path: '/settings', label: texts.nav.settings },
  { tab: 'activity', path: '/activity', label: texts.nav.activity },
];
const setUp: TabLink = { tab: 'set-up', path: '/device/add', label: texts.nav.setUp };

/** The navigation as the page `current` shows it; the set-up is in it only while it is shown. */
export function tabsFor(current: Tab | null): readonly TabLink[] {
  return current === 'set-up' ? [...tabs, setUp] : tabs;
}
