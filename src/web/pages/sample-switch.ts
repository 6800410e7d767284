import type { PageAnswer, PageRequest } from '../page.ts';
import { refusal } from '../message.ts';
import { texts } from '../texts.ts';

/** Turns the sample traffic of the demo on or off. Where there is none, there is no such page. */
export function switchSample({ sample, form }: PageRequest): PageAnswer {
  if (sample === null) return refusal(404, texts.refused.notFound);
  sample.set(form('on') === 'yes');
  return { kind: 'redirect', to: '/', whole: true };
}
