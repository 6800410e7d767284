/** Whether all is right, in one sentence. */
import { countWords } from '../../core/format-count.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { COMPLAINT_CODES } from '../fleet/complaints.ts';
import type { Store } from '../store.ts';
import type { Link } from './form.ts';

/** The sentence, as the template `verdict` shows it. */
export interface Verdict {
  /** A class of the stylesheet, which has its colour. */
  readonly state: 'protecting' | 'disabled' | 'not-protecting' | 'not-set-up';
  readonly icon: string;
  readonly word: string;
  readonly sentence: string;
  readonly remedy: string;
  readonly actions: readonly Link[];
}

/** What the sentence is made of. */
interface Counts {
  readonly devices: Fleet['counts'];
  /** Problems that are no device's. */
  readonly errors: number;
  readonly warnings: number;
  /** Policies with changes that are not published. */
  readonly unpublished: number;
}

const FLEET: Link = { label: 'See the fleet', path: '/fleet' };

/** The sentence for a portal. @param devices counts of its fleet */
export function verdictOf(store: Store, devices: Fleet['counts']): Verdict {
  const codes: readonly string[] = COMPLAINT_CODES;
  const problems = store.problems.all().filter(({ code }) => !codes.includes(code));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return sentenceOf({
    ...{ devices, errors, warnings: problems.length - errors },
    unpublished: store.policies.unpublished().length,
  });
}

/** The sentence for these counts. Pure. */
export function sentenceOf(counts: Counts): Verdict {
  const { devices, errors, warnings, unpublished } = counts;
  if (devices.silent + devices.error + errors > 0) return wrong(counts);
  if (devices.warning + warnings + unpublished > 0) return nearlyRight(counts);
  if (devices.all === 0) return NO_DEVICE;
  if (devices.new > 0) return waiting(devices);
  const sentence =
    devices.all === 1
      ? 'The device is heard and enforces what is published.'
      : `All ${devices.all} devices are heard and enforce what is published.`;
  const shown = { state: 'protecting', icon: 'shield-check', word: 'All is right' } as const;
  return { ...shown, sentence, remedy: '', actions: [FLEET] };
}

const NO_DEVICE: Verdict = {
  ...{ state: 'not-set-up', icon: 'shield', word: 'No device yet' },
  sentence: 'The portal is ready, and no firewall follows it.',
  remedy: 'Add a device; the page then shows the command to run on it.',
  actions: [{ label: 'Add a device', path: '/devices/add' }],
};

function waiting(devices: Fleet['counts']): Verdict {
  const others = devices.all - devices.new;
  const rest = others === 0 ? '' : ` The other ${others} ${others === 1 ? 'is' : 'are'} fine.`;
  return {
    ...{ state: 'not-set-up', icon: 'shield', word: 'Waiting for devices' },
    sentence: `${countWords(devices.new, 'device was', 'devices were')} never heard.${rest}`,
    remedy: 'Run the command that was shown with the key on it. One set up by hand stays silent.',
    actions: [FLEET],
  };
}

function wrong({ devices, errors }: Counts): Verdict {
  const what = [
    ...some(devices.silent, 'device is silent', 'devices are silent'),
    ...some(devices.error, 'device has an error', 'devices have errors'),
    ...some(errors, 'other thing is wrong', 'other things are wrong'),
  ];
  const shown = {
    state: 'not-protecting',
    icon: 'shield-alert',
    word: 'Not all is right',
  } as const;
  return { ...shown, sentence: `${joined(what)}.`, remedy: '', actions: [FLEET] };
}

function nearlyRight({ devices, warnings, unpublished }: Counts): Verdict {
  const what = [
    ...some(devices.warning, 'device has a warning', 'devices have warnings'),
    ...some(warnings, 'other warning', 'other warnings'),
    ...some(unpublished, 'policy has changes', 'policies have changes').map(
      (text) => `${text} that are not published`,
    ),
  ];
  const shown = { state: 'disabled', icon: 'shield-alert', word: 'Nearly all is right' } as const;
  return { ...shown, sentence: `${joined(what)}.`, remedy: '', actions: [FLEET] };
}

function some(count: number, one: string, many: string): readonly string[] {
  return count === 0 ? [] : [countWords(count, one, many)];
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
