import { previewPolicy, type PolicyPreview } from '../model/preview.ts';
import {
  addPolicy,
  editPolicy,
  policyNamed,
  removePolicy,
  type PolicyRequest,
} from '../model/policies.ts';
import { publishPolicy } from '../model/publish.ts';
import type { Policy } from '../tables/policies.ts';
import {
  TEXT,
  textOf,
  withChange,
  withStore,
  wordsOf,
  type OptionValues,
  type PortalCommand,
} from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';
import { listCommand, removeCommand } from './record-commands.ts';
import { publishAndTell, publishedText } from './published.ts';

const FIELDS = {
  block: TEXT,
  allow: TEXT,
  note: TEXT,
  publish: TEXT,
  'block-list': TEXT,
  'allow-list': TEXT,
} as const;
const USAGE =
  '[--block NAMES] [--allow NAMES] [--publish auto|manual] [--note TEXT] [--block-list NAME] [--allow-list NAME]';

const add: PortalCommand = {
  words: ['policy', 'add'],
  operands: ['NAME'],
  options: FIELDS,
  usage: USAGE,
  about: [
    'Makes a policy of feeds and lists (NAMES, separated by commas). It is published as the DNS names',
    'NAME.threatstop.local and NAME-allow.threatstop.local, or as --block-list and --allow-list say:',
    'auto: whenever something it is made of changes; manual: when you say so.',
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      const { blockList } = addPolicy(change, name, requestOf(values));
      context.print(`policy ${name}: ${blockList}\n`);
      publishAndTell(context, change);
    }),
};

const edit: PortalCommand = {
  words: ['policy', 'edit'],
  operands: ['NAME'],
  options: FIELDS,
  usage: USAGE,
  about: ['Changes a policy. --block and --allow replace the sources it had.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      editPolicy(change, name, requestOf(values));
      publishAndTell(context, change);
    }),
};

const remove = removeCommand({
  word: 'policy',
  about: 'Removes a policy that no device has, and its lists from the zone.',
  remove: removePolicy,
});

const preview: PortalCommand = {
  words: ['policy', 'preview'],
  operands: ['NAME'],
  options: { ...JSON_OPTION, block: TEXT, allow: TEXT },
  usage: '[--block NAMES] [--allow NAMES] [--json]',
  about: [
    'Shows what publishing would change: entries, overlap, what fits which firewall; with --block and',
    '--allow as if these were its sources. Nothing is changed.',
  ],
  run: (context, values, [name = '']) =>
    withStore(values, (store) => {
      const { block, allow } = requestOf(values);
      const proposed = { ...(block && { block }), ...(allow && { allow }) };
      printResult(context, values, previewPolicy(store, name, proposed), previewText);
    }),
};

const publish: PortalCommand = {
  words: ['policy', 'publish'],
  operands: ['NAME'],
  options: {},
  about: ['Publishes a policy under a new serial, unless it is published as it is.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      context.print(publishedText(publishPolicy(change, name)));
    }),
};

const list = listCommand({
  word: 'policy',
  about: 'Lists the policies.',
  all: ({ policies }) => policies.all(),
  head: ['NAME', 'BLOCK LIST', 'SOURCES', 'PUBLISHED', 'SERIAL', ''],
  rowOf: ({ policies }) => {
    const waiting = policies.unpublished();
    return (policy) => rowOf(policy, waiting);
  },
});

const show: PortalCommand = {
  words: ['policy', 'show'],
  operands: ['NAME'],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Shows a policy.'],
  run: (context, values, [name = '']) =>
    withStore(values, (store) => {
      printResult(context, values, policyNamed(store, name), (policy) =>
        columns(Object.entries(policy).map(([field, value]) => [field, String(value)])),
      );
    }),
};

/** `ts-portal policy …`. */
export const POLICY_COMMANDS: readonly PortalCommand[] = [
  add,
  edit,
  remove,
  preview,
  publish,
  list,
  show,
];

function requestOf(values: OptionValues): PolicyRequest {
  const request: Record<string, unknown> = {
    block: wordsOf(values, 'block'),
    allow: wordsOf(values, 'allow'),
    note: textOf(values, 'note'),
    publish: textOf(values, 'publish'),
    blockList: textOf(values, 'block-list'),
    allowList: textOf(values, 'allow-list'),
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

function rowOf(policy: Policy, waiting: readonly string[]): string[] {
  const { name, blockList, block, allow, published, serial } = policy;
  const sources = [...block, ...allow.map((source) => `allow ${source}`)].join(', ');
  const note = waiting.includes(name) ? 'has unpublished changes' : '';
  return [name, blockList, sources, timeText(published), String(serial ?? ''), note];
}

function previewText(preview: PolicyPreview): string {
  const { block, allow, allowedBlocks, enforced, sources, overlaps, changes, limits } = preview;
  return [
    `${block} entries to block, ${allow} to allow; ${allowedBlocks} of the first meet the second`,
    `${enforced} entries are enforced when what is allowed is taken out`,
    `against what is published: block +${changes.block.added} -${changes.block.removed}, allow +${changes.allow.added} -${changes.allow.removed}`,
    '',
    columns([
      ['SOURCE', 'ROLE', 'ENTRIES', 'IN NO OTHER'],
      ...sources.map(({ name, role, entries, alone }) => [
        name,
        role,
        String(entries),
        String(alone),
      ]),
    ]),
    ...(overlaps.length === 0 ? [] : ['', 'Overlap:']),
    ...overlaps.map(
      ({ name, other, entries }) => `  ${entries} entries of ${name} are met by ${other}`,
    ),
    '',
    ...limits.map(({ name, fits }) => `${fits ? 'fits        ' : 'DOES NOT FIT'}  ${name}`),
  ].join('\n');
}
