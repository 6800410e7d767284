import { settingWords } from '../../site/setting-labels.ts';

/** Texts of the settings page. */
export const settingsTexts = {
  ...settingWords,
  title: 'Settings',
  intro: 'What is empty takes its default again. Nothing changes until you save.',
  origins: { default: 'default', local: 'set here', portal: 'set by the portal' },
  none: 'empty',
  portalOwned:
    'The portal sets this. Change it there, and it arrives with the next look at the portal.',
  portalOnly: 'Only the portal can set this.',
  save: 'Save settings',
  saving: 'Saving…',
  reset: 'Undo changes',
  nothing: 'Nothing was changed.',
  fix: 'Nothing was saved: some settings need attention.',
  stale:
    'Nothing was saved: the settings were changed meanwhile. Look at them again and repeat your changes.',
  notSetUp: 'The device is not set up yet, so there is nothing to set.',
  jump: 'Groups of settings',
} as const;
