/**
 * Every text of the page, one file per page in `texts/`. Plain words, one vocabulary: policy, list, entry, hit, refresh,
 * upload. A translation replaces these files; nothing else holds words for people but errors and the option table.
 */
import { activityTexts } from './texts/activity.ts';
import { addTexts } from './texts/add.ts';
import { chartsTexts } from './texts/charts.ts';
import { commonTexts } from './texts/common.ts';
import { confirmationTexts } from './texts/confirmation.ts';
import { glanceTexts } from './texts/glance.ts';
import { heldTexts } from './texts/held.ts';
import { hitListTexts } from './texts/hit-list.ts';
import { hitsTexts } from './texts/hits.ts';
import { loginTexts } from './texts/login.ts';
import { lookupTexts } from './texts/lookup.ts';
import { overviewTexts } from './texts/overview.ts';
import { policyTexts } from './texts/policy.ts';
import { refusedTexts } from '../site/refused-texts.ts';
import { removeTexts } from './texts/remove.ts';
import { settingsTexts } from './texts/settings.ts';
import { sampleTexts } from './texts/sample.ts';
import { taskTexts } from './texts/task.ts';
import { widgetTexts } from './texts/widget.ts';

export { outcomeWords, taskWords } from './texts/activity.ts';
export { lookupSentence } from './texts/lookup.ts';
export { protectionWords } from './texts/overview.ts';

/** Fixed texts, by place. The templates get them as `t`. */
export const texts = {
  ...commonTexts,
  ...overviewTexts,
  confirmation: confirmationTexts,
  policy: policyTexts,
  glance: glanceTexts,
  held: heldTexts,
  hits: hitsTexts,
  hitList: hitListTexts,
  charts: chartsTexts,
  sample: sampleTexts,
  widget: widgetTexts,
  activity: activityTexts,
  lookup: lookupTexts,
  add: addTexts,
  remove: removeTexts,
  settings: settingsTexts,
  task: taskTexts,
  login: loginTexts,
  refused: refusedTexts,
} as const;
