/** The policies enforced so far, and what changed between two of them. */
import { FormatError, HostError } from '../core/errors.ts';
import type { Prefix } from '../core/prefix-list.ts';
import { tableOf } from '../core/prefix-sort.ts';
import { parsePrefix } from '../core/prefix-text.ts';
import type { PolicyRecord, PolicyTables } from '../core/ports.ts';
import type { CompareQuestion, KnownPolicy, PolicyComparison } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { countChanges, findChanges } from './compare-tables.ts';

type HistoryPorts = Pick<AgentPorts, 'history' | 'policyStore'>;

/** The policies enforced so far, the newest first. */
export function listPolicies(ports: HistoryPorts): Promise<readonly KnownPolicy[]> {
  return Promise.all(
    ports.history.recent().map(async (policy) => ({
      policy,
      onDisk: await ports.policyStore.has(policy),
    })),
  );
}

/**
 * Compares two policies; the same question asked again, as by a page that is loaded anew, costs nothing as long as both
 * are on disk.
 * @throws HostError when one of them is not on disk; FormatError for a search that is no address or prefix
 */
export function createComparison(
  ports: HistoryPorts,
): (question: CompareQuestion) => Promise<PolicyComparison> {
  let last: { readonly key: string; readonly answer: PolicyComparison } | null = null;
  return async (question) => {
    const key = JSON.stringify(question);
    if (last?.key === key && (await areOnDisk(ports, last.answer))) return last.answer;
    const answer = await comparePolicies(ports, question);
    last = { key, answer };
    return answer;
  };
}

async function areOnDisk(
  { policyStore }: HistoryPorts,
  { before, after }: PolicyComparison,
): Promise<boolean> {
  return (await policyStore.has(before)) && (await policyStore.has(after));
}

async function comparePolicies(
  ports: HistoryPorts,
  question: CompareQuestion,
): Promise<PolicyComparison> {
  const wanted = question.search === '' ? null : tableOf([searchPrefix(question.search)]);
  const [before, after] = [find(ports, question.before), find(ports, question.after)];
  const old = await tablesOf(ports, before);
  const now = await tablesOf(ports, after);
  const { table, change, offset, limit } = question;
  const { count, entries } = await findChanges(old[table], now[table], {
    ...{ change, wanted, offset, limit },
  });
  return {
    ...{ before, after },
    counts: {
      block: await countChanges(old.block, now.block),
      allow: await countChanges(old.allow, now.allow),
    },
    ...{ found: count, entries },
  };
}

function find(ports: HistoryPorts, takenAt: number): PolicyRecord {
  const policy = ports.history.recent().find((one) => one.takenAt === takenAt);
  if (policy !== undefined) return policy;
  throw new FormatError('there is no policy of that time', {
    remedy: 'Choose two from the list of policies.',
  });
}

async function tablesOf(ports: HistoryPorts, policy: PolicyRecord): Promise<PolicyTables> {
  const tables = await ports.policyStore.load(policy);
  if (tables !== null) return tables;
  throw new HostError(`the tables of the policy ${policy.version} are not on disk, or damaged`, {
    remedy: 'Choose two policies whose tables are kept.',
  });
}

const BEGINNING = /^(?:\d{1,3}\.){0,2}\d{1,3}\.?$/;

/** What is searched for: a prefix, or the beginning of an IPv4 address such as `64.87`. */
function searchPrefix(text: string): Prefix {
  if (!BEGINNING.test(text)) return parsePrefix(text);
  const octets = text.split('.').filter((octet) => octet !== '');
  const filled = [...octets, '0', '0', '0'].slice(0, 4).join('.');
  return parsePrefix(`${filled}/${octets.length * 8}`);
}
