import type { PortalAddresses } from '../../addresses.ts';
import { countCell, problemCell, timeCell, type Cell, type TableView } from '../form.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { fleetOf } from '../../fleet/fleet.ts';
import { verdictOf } from '../verdict.ts';

const RECENT = 10;

/** How the portal is: one sentence, then problems, counts, addresses and the last changes. */
export function showOverview(request: PageRequest): PageAnswer {
  const { change, now, listening, addresses, pin, notice } = request;
  const { devices, policies, feeds, sources, problems, audit } = change.store;
  const lists = sources.all().filter(({ kind }) => kind === 'list');
  const figures = [
    { label: 'Devices', path: '/devices', count: devices.all().length },
    { label: 'Policies', path: '/policies', count: policies.all().length },
    { label: 'Feeds', path: '/feeds', count: feeds.all().length },
    { label: 'Lists', path: '/lists', count: lists.length },
  ].map(({ count, ...figure }) => ({ ...figure, text: countCell(count).text }));
  const open = problems
    .all()
    .map((problem): Cell[] => [problemCell(problem), timeCell(problem.since, now)]);
  const waiting = policies
    .unpublished()
    .map((name): Cell[] => [
      { text: `The policy ${name} has changes that are not published.`, href: `/policies/${name}` },
      { text: '' },
    ]);
  const tables = [
    {
      ...{ title: 'Needs attention', columns: ['What', 'Since'], rows: [...open, ...waiting] },
      empty: 'Nothing that has lasted half a minute.',
    },
    servicesTable(addresses(), pin),
    {
      ...{ title: 'Last changes', columns: ['When', 'Who', 'What', 'Of what'], empty: 'None yet.' },
      rows: audit
        .latest(RECENT)
        .map(({ time, actor, action, target }) => [
          timeCell(time, now),
          { text: actor },
          { text: action },
          { text: target },
        ]),
      actions: [{ label: 'Audit log', path: '/audit' }],
    },
  ];
  const { counts } = fleetOf(change.store, now, listening);
  const data = { verdict: verdictOf(change.store, counts), figures, tables };
  return { kind: 'page', view: 'overview', title: 'Overview', tab: 'overview', notice, data };
}

function servicesTable({ policy, settings, intakeUrl }: PortalAddresses, pin: string): TableView {
  return {
    ...{ title: 'Services', columns: ['Service', 'Where'], empty: '' },
    rows: [
      [{ text: 'Policies' }, { text: `${policy.host} port ${policy.port}, DNS over TCP and TLS` }],
      [{ text: 'Settings' }, { text: `${settings.host} port ${settings.port}, DNS over TLS` }],
      [{ text: 'Intake' }, { text: intakeUrl }],
      [{ text: 'Key pin' }, { text: pin }],
    ],
  };
}
