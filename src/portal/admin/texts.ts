/** Texts of the frame, the login and of refusals. Those of a page are in its file in `pages/`. */
import { refusedTexts } from '../../site/refused-texts.ts';
import { settingWords } from '../../site/setting-labels.ts';
import { siteTexts } from '../../site/texts.ts';

/** Fixed texts; the templates get them as `t`. */
export const texts = {
  ...siteTexts,
  product: 'ThreatSTOP portal',
  settings: settingWords,
  cancel: 'Cancel',
  required: 'required',
  refused: refusedTexts,
  login: {
    title: 'Log in',
    heading: 'Log in',
    text: 'For administrators of this portal.',
    hint: 'A new administrator is made on the portal’s own machine: ts-portal admin add NAME.',
    none: 'There is no administrator yet. Make one on this machine: ts-portal admin add NAME.',
    name: 'Name',
    password: 'Password',
    submit: 'Log in',
    wrong: 'Name or password is wrong.',
    slow: 'Too many tries. Wait a minute, then try again.',
    out: 'You are logged out.',
  },
} as const;
