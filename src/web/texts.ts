/** Every text of the page, in one place. Plain words, one vocabulary: policy, list, entry, hit, refresh, upload. */
import type { Run, TaskName } from '../core/ports.ts';
import type { LookupAnswer, Protection } from '../tasks/agent.ts';

/** Fixed texts, by place. The templates get them as `t`. */
export const texts = {
  product: 'ThreatSTOP',
  logout: 'Log out',
  skip: 'Skip to content',
  nav: { overview: 'Overview', lookup: 'Lookup', activity: 'Activity', setUp: 'Set up' },
  dryRun: 'Dry run.',
  dryRunText:
    'The kernel is not touched: the policy is written to table files, and no packet is blocked.',
  offline: 'The service does not answer. What you see is the last known state.',
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
    remove: 'Remove…',
    setUp: 'Set up this device',
  },
  policy: {
    title: 'Policy',
    table: 'Table',
    wanted: 'In the policy',
    held: 'In the firewall',
    compared: 'Compared',
    block: 'Block',
    allow: 'Allow',
    same: 'same',
    differs: 'differs',
    missing: 'no table',
    unknown: 'not known',
    caption: 'Entries in each table',
    blockLists: 'Block lists',
    allowLists: 'Allow lists',
    version: 'Version',
    age: 'Enforced since',
    notes: 'Notes',
    empty: 'No policy yet. “Update now” reads it from the policy service.',
  },
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
  hits: {
    title: 'Hits',
    lastDay: 'in the last 24 hours',
    collected: 'Collected',
    waiting: 'Waiting',
    uploaded: 'Uploaded',
    quarantined: 'Rejected batches',
    gaps: 'Gaps in the log',
    unreadable: 'Unreadable lines',
    dropped: 'Dropped lines',
    scope: 'Lines taken',
    scopes: {
      rules: 'of the rules of this agent',
      policy: 'of its rules, and with an address of the policy',
      all: 'all of the firewall log',
    },
    masked: 'Addresses of the own network are left out of uploads.',
    lost: 'Lost lines',
    lostLines: (lines: string) => `${lines} lines`,
    lostBytes: (bytes: string) => `${bytes} bytes`,
    lostUnknown: 'how much is not known',
    lastUpload: 'Last upload',
    nextUpload: 'Next upload',
    empty: 'No hits yet. They are counted as soon as a packet meets an entry of the policy.',
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
  activity: {
    title: 'Activity',
    recent: 'Recent activity',
    all: 'All activity',
    when: 'When',
    who: 'Who',
    what: 'What',
    result: 'Result',
    took: 'Took',
    empty: 'Nothing was done yet. Every refresh, upload and click is listed here.',
  },
  lookup: {
    title: 'Lookup',
    label: 'Address or prefix',
    hint: 'Is it blocked, and by which entry? For example 64.87.3.133 or 198.51.100.0/24.',
    submit: 'Look up',
    submitting: 'Looking…',
    entries: 'Deciding entries',
    lists: 'Lists of the policy',
    notEnforced: 'The rules are not in place, so packets of this address pass now.',
  },
  add: {
    title: 'Set up this device',
    intro: 'Two ways lead to a protected device. You can change from one to the other later.',
    auto: 'Automatic',
    autoText: 'The portal decides which lists are enforced. You need the device ID and its key.',
    manual: 'Manual',
    manualText: 'You name the lists and the policy service here.',
    how: 'Kind of installation',
    required: 'required',
    advanced: 'More settings',
    usually: 'Usually',
    checks: 'Checks',
    checkValidIp: 'Check that the portal knows the public address of this device',
    checkPolicy: 'Check that the lists can be read before anything is stored',
    missing: 'This is needed.',
    fix: 'Some fields need attention.',
    submit: 'Set up',
    submitting: 'Setting up…',
    cancel: 'Cancel',
    after: 'Nothing is blocked until you enable the protection on the overview.',
    already: 'This device is set up already.',
    alreadyText: 'Remove it first if it is to become another device.',
  },
  remove: {
    title: 'Remove this device',
    question: 'Remove the device and everything the agent put on this firewall?',
    effects: [
      'The protection ends at once: rules and tables are taken out.',
      'Settings, the device key and the policy are deleted.',
    ],
    keeps: 'Your own rules and tables stay as they are. So do the activity list and the hits.',
    submit: 'Remove',
    submitting: 'Removing…',
    cancel: 'Keep the device',
    absent: 'There is nothing to remove: no device is set up.',
  },
  login: {
    title: 'Log in',
    heading: 'You are not logged in',
    text: 'This page opens with a login link. A link works once, and for 15 minutes.',
    hint: 'The program prints a login link on its terminal when it starts. Start it again to get a new one.',
    again: 'I have used my link: open the page',
    badHeading: 'This link does not work',
    badText: 'It was used already, or it is older than 15 minutes.',
    outHeading: 'You are logged out',
    outText: 'Close this window, or open the page with a new link.',
    slowHeading: 'Too many tries',
    slowText: 'Wait a minute, then open your link again.',
  },
  refused: {
    back: 'Back to the overview',
    title: 'Not done',
    host: 'This page is not served under this host name. Use the address that the login link shows.',
    origin: 'The request came from another web site and was refused. Nothing was changed.',
    csrf: 'The form is out of date. Load the page again and repeat. Nothing was changed.',
    readOnly: 'Your account may look at this page, but not change anything.',
    user: 'The request names no user. Open the page through the firewall’s own menu.',
    base: 'The request names a base path that cannot be used.',
    method: 'This request is not possible here.',
    notFound: 'There is no such page.',
    tooLarge: 'The form is too large.',
    badForm: 'The form could not be read.',
    internal: 'Something went wrong that should not have. The log of the service has the details.',
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

/** What a run did, in the activity list. */
export const taskWords: Readonly<Record<TaskName, string>> = {
  add: 'Set up',
  update: 'Update',
  settings: 'Settings',
  configure: 'Change settings',
  enable: 'Enable',
  disable: 'Disable',
  remove: 'Remove',
  logs: 'Send logs',
  collect: 'Collect hits',
  verify: 'Check',
};

/** How a run ended. */
export const outcomeWords: Readonly<Record<Run['outcome'], string>> = {
  done: 'done',
  unchanged: 'no change',
  failed: 'failed',
};

/** The answer of a lookup, one sentence. */
export function lookupSentence(answer: LookupAnswer): string {
  const first = answer.entries[0]?.prefix;
  switch (answer.verdict) {
    case 'blocked':
      return first === undefined ? 'blocked' : `blocked by ${first}`;
    case 'allowed':
      return first === undefined ? 'allowed' : `allowed by ${first}`;
    case 'partly':
      return 'partly blocked';
    case 'not-listed':
      return 'not listed';
  }
}

/** Labels of the fields of the set-up form; the option table has the explanation. */
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
} as const;
