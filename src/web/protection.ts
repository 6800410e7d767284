import { shorten } from '../site/format.ts';
import type { Protection, Status } from '../tasks/agent.ts';
import { protectionWords, texts } from './texts.ts';

/** A button that starts an action. */
export interface ActionView {
  readonly id: string;
  readonly path: string;
  readonly label: string;
  /** Label while the action runs. */
  readonly busy: string;
  /** Bootstrap 3 button class. */
  readonly style: string;
  /** Sent with it. */
  readonly fields?: Readonly<Record<string, string>>;
  /** For a switch: whether it is on. The action turns it over. */
  readonly on?: boolean;
}

/** The protection sentence as the page shows it. */
export interface ProtectionView {
  readonly state: Protection['state'];
  /** Icon name in `views/partials/icon.ejs`. */
  readonly icon: string;
  /** Bootstrap 3 panel class. */
  readonly panel: string;
  readonly word: string;
  readonly sentence: string;
  readonly remedy: string;
  readonly actions: readonly ActionView[];
}

const looks = {
  protected: { icon: 'shield-check', panel: 'panel-success' },
  'dry-run': { icon: 'shield', panel: 'panel-info' },
  disabled: { icon: 'shield-off', panel: 'panel-warning' },
  'not-protecting': { icon: 'shield-alert', panel: 'panel-danger' },
  'not-set-up': { icon: 'shield', panel: 'panel-info' },
} as const;

const { actions } = texts;
const enable: ActionView = {
  id: 'ts-switch',
  path: '/protection/enable',
  label: actions.enforce,
  busy: actions.enabling,
  style: 'btn-default',
  on: false,
};
const disable: ActionView = {
  id: 'ts-switch',
  path: '/protection/disable',
  label: actions.enforce,
  busy: actions.disabling,
  style: 'btn-default',
  on: true,
};
const verify: ActionView = {
  id: 'ts-verify',
  path: '/protection/verify',
  label: actions.verify,
  busy: actions.verifying,
  style: 'btn-primary',
};
const update: ActionView = {
  id: 'ts-update',
  path: '/policy/update',
  label: actions.update,
  busy: actions.updating,
  style: 'btn-primary',
};
const sendLogs: ActionView = {
  id: 'ts-send-logs',
  path: '/logs/send',
  label: actions.sendLogs,
  busy: actions.sendingLogs,
  style: 'btn-default',
};

/** The switch, then the other actions by state, the likeliest first. */
const offered: Readonly<Record<Protection['state'], readonly ActionView[]>> = {
  protected: [disable, update, sendLogs],
  'dry-run': [disable, update, sendLogs],
  disabled: [enable, update, sendLogs],
  'not-protecting': [disable, verify, { ...update, style: 'btn-default' }, sendLogs],
  'not-set-up': [],
};

const LONGEST_SENTENCE = 250;

/** The word stands above it. */
function withoutWord(sentence: string, word: string): string {
  if (!sentence.startsWith(`${word}: `)) return sentence;
  const rest = sentence.slice(word.length + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** The protection sentence and what can be done now. */
export function protectionView(status: Status): ProtectionView {
  const { state, sentence, remedy } = status.protection;
  const word = protectionWords[state];
  return {
    ...{ state, ...looks[state], word },
    sentence: shorten(withoutWord(sentence, word), LONGEST_SENTENCE),
    remedy: shorten(remedy, LONGEST_SENTENCE),
    actions: offered[state],
  };
}
