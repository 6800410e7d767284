import type { Protection } from '../../tasks/agent.ts';

/** Texts of the panels of the overview. */
export const overviewTexts = {
  refresh: {
    title: 'Refresh',
    last: 'Last refresh',
    next: 'Next refresh',
    portal: 'Portal',
    reachable: 'reachable',
    unreachable: 'not reachable',
    notAsked: 'not asked yet',
    notUsed: 'not used: manual installation',
    service: 'Service',
    running: 'running',
    stopped: 'not running',
    stoppedNote: 'Nothing is refreshed or uploaded by itself.',
    notPlanned: 'not planned',
    due: 'due now',
  },
  device: {
    title: 'Device',
    id: 'Device ID',
    nickname: 'Nickname',
    type: 'Installation',
    auto: 'auto: the portal decides',
    manual: 'manual',
    platform: 'Platform',
    version: 'Version',
  },
} as const;

/** Titles of the protection states: the big word on the page. */
export const protectionWords: Readonly<Record<Protection['state'], string>> = {
  'not-set-up': 'Not set up',
  disabled: 'Disabled',
  protected: 'Protected',
  'dry-run': 'Dry run',
  'not-protecting': 'Not protecting',
};
