import { formatCount } from '../../../site/format.ts';
import type { Complaint } from '../../fleet/complaints.ts';
import { fleetOf, type Fleet, type FleetDevice } from '../../fleet/fleet.ts';
import type { WantedTable } from '../../tables/wanted.ts';
import { urlBuilder } from '../../../site/urls.ts';
import { timeCell, type Cell, type TableView } from '../form.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { verdictOf } from '../verdict.ts';

const PAGE = 100;
const url = urlBuilder('');

/** Each health with its words. */
const HEALTH: Readonly<
  Record<FleetDevice['health'], { word: string; tone?: 'good' | 'bad' | 'warn' }>
> = {
  silent: { word: 'silent', tone: 'bad' },
  error: { word: 'error', tone: 'bad' },
  warning: { word: 'warning', tone: 'warn' },
  new: { word: 'never heard' },
  fine: { word: 'fine', tone: 'good' },
};
const FIGURES: readonly (readonly [keyof Fleet['counts'], string])[] = [
  ['all', 'Devices'],
  ['fine', 'fine'],
  ['silent', 'silent'],
  ['error', 'with errors'],
  ['warning', 'with warnings'],
  ['new', 'never heard'],
];

/** All devices, the worst first: `?health=`, `?q=` for a part of name, policy or version, `?from=` for the next ones. */
export function showFleet({ change, now, listening, query, notice }: PageRequest): PageAnswer {
  const { counts, devices } = fleetOf(change.store, now, listening);
  const [health, text] = [query('health'), query('q').slice(0, 100)];
  const from = /^\d{1,6}$/.test(query('from')) ? Number(query('from')) : 0;
  const found = devices.filter((device) => isAsked(device, health, text.toLowerCase()));
  const shown = found.slice(from, from + PAGE);
  const next = String(from + PAGE);
  const table: TableView = {
    title:
      health in HEALTH ? `Devices: ${HEALTH[health as FleetDevice['health']].word}` : 'Devices',
    columns: ['Device', 'State', 'Enforces', 'Version', 'Heard', 'Refreshed', 'Uploaded'],
    rows: shown.map((device) => rowOf(device, now)),
    empty: devices.length === 0 ? 'There is no device yet.' : 'No device is like that.',
    search: { path: '/fleet', label: 'Name, policy or version', value: text, submit: 'Search' },
    older:
      found.length > from + PAGE
        ? { label: 'More', path: url('/fleet', { ...given({ health, q: text }), from: next }) }
        : null,
  };
  const figures = FIGURES.map(([key, label]) => ({
    ...{ label, text: formatCount(counts[key]) },
    path: key === 'all' ? '/fleet' : url('/fleet', { health: key }),
    current: key === (health === '' ? 'all' : health),
  }));
  const verdict = verdictOf(change.store, counts);
  const data = { verdict: { ...verdict, actions: [] }, figures, tables: [table] };
  return { kind: 'page', view: 'fleet', title: 'Fleet', tab: 'fleet', notice, data };
}

function isAsked(device: FleetDevice, health: string, text: string): boolean {
  if (health !== '' && device.health !== health) return false;
  const { name, id, policy, version, platform } = device;
  return [name, id, policy ?? '', version, platform].some((one) =>
    one.toLowerCase().includes(text),
  );
}

function given(query: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

function rowOf(device: FleetDevice, now: number): readonly Cell[] {
  const { id, name, policy, version, platform } = device;
  return [
    { text: name, href: `/devices/${id}`, note: policy ?? 'no policy' },
    stateCell(device),
    enforcedCell(device),
    { text: version, note: platform },
    timeCell(device.heard, now),
    timeCell(device.lastRefresh, now),
    {
      ...timeCell(device.lastUpload, now),
      ...(device.waitingLines > 0 && {
        note: `${formatCount(device.waitingLines)} lines wait`,
      }),
    },
  ];
}

/** Health, and what is wrong. */
export function stateCell({ health, state, complaints }: FleetDevice): Cell {
  const { word, tone } = HEALTH[health];
  const note = complaints.length === 0 ? state : complaints.map(complaintText).join(' ');
  return { text: word, ...(tone !== undefined && { tone }), ...(note !== '' && { note }) };
}

function complaintText({ message, remedy }: Complaint): string {
  return remedy === '' ? message : `${message} ${remedy}`;
}

/** What is enforced, beside what is published; of a silent device what it said last, which nobody vouches for. */
export function enforcedCell(device: FleetDevice): Cell {
  const { tone, ...cell } = comparedCell(device);
  return device.health === 'silent' || tone === undefined ? cell : { ...cell, tone };
}

function comparedCell({ match, serial, published, enforced, wanted }: FleetDevice): Cell {
  switch (match) {
    case 'same':
      return {
        text: 'as published',
        tone: 'good',
        note: `serial ${serial}, ${tableText(enforced)}`,
      };
    case 'behind':
      return { text: 'behind', tone: 'bad', note: `serial ${serial}; published is ${published}` };
    case 'differs':
      return {
        ...{ text: 'differs', tone: 'warn' },
        note: `${tableText(enforced)}; published: ${tableText(wanted)}`,
      };
    case 'unknown': {
      const note = published === null ? '' : `published: serial ${published}, ${tableText(wanted)}`;
      return { text: 'not told', note };
    }
  }
}

/** `14,219 entries, hash 3f2a9c01`: the first eight digits of the hash tell tables apart. */
function tableText(table: WantedTable | null): string {
  if (table === null) return 'no table';
  return `${formatCount(table.entries)} entries, hash ${table.hash.slice(0, 8)}`;
}
