import { urlBuilder } from '../../../site/urls.ts';
import { timeCell } from '../form.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

const PAGE = 50;
const url = urlBuilder('');

/** Who changed what and when, the newest first: `?q=` for what has this text, `?before=` for older ones. */
export function showAudit({ change, now, query, notice }: PageRequest): PageAnswer {
  const text = query('q').slice(0, 100);
  const before = /^\d{1,15}$/.test(query('before')) ? Number(query('before')) : undefined;
  // One more than is shown tells whether there is another page.
  const found = change.store.audit.search(text, PAGE + 1, before);
  const entries = found.slice(0, PAGE);
  const last = entries.at(-1)?.id ?? 0;
  const table = {
    title: 'Audit log',
    columns: ['When', 'Who', 'What', 'Of what', 'Details'],
    rows: entries.map(({ time, actor, action, target, details }) => [
      timeCell(time, now),
      { text: actor },
      { text: action },
      { text: target },
      { text: details },
    ]),
    empty: text === '' ? 'Nothing was changed yet.' : 'Nothing that has this text.',
    search: { path: '/audit', label: 'Has the text', value: text, submit: 'Search' },
    older:
      found.length > PAGE
        ? { label: 'Older', path: url('/audit', { q: text, before: String(last) }) }
        : null,
  };
  const data = { tables: [table] };
  return { kind: 'page', view: 'table', title: 'Audit log', tab: 'audit', notice, data };
}
