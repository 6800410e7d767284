import { parseTable } from '../../src/core/prefix-text.ts';
import type { Log } from '../../src/core/ports.ts';
import { addPolicy, editPolicy } from '../../src/portal/model/policies.ts';
import { publishPolicy } from '../../src/portal/model/publish.ts';
import { saveUserTable } from '../../src/portal/model/user-lists.ts';
import { createPortal, type Portal, type PortalOptions } from '../../src/portal/portal.ts';

/** Collects what a program logs. */
export class TestLog implements Log {
  readonly lines: string[] = [];
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
}

/** The policy of a test's portal: two addresses to block, one to allow. */
export const TEST_POLICY = {
  feed: parseTable(Buffer.from('203.0.113.1\n')),
  testIndicator: parseTable(Buffer.from('64.87.3.133\n')),
  allow: parseTable(Buffer.from('9.9.9.9\n')),
};

/** A portal on loopback with {@link TEST_POLICY}; the caller closes it. */
export function startPortal(
  stateDir: string,
  options: Partial<PortalOptions> = {},
): Promise<Portal> {
  return createPortal({ stateDir, log: new TestLog(), starter: TEST_POLICY, ...options });
}

/** Publishes a block list of a policy and a user list of its own. @returns whether the zone changed */
export function publishLines(
  portal: Pick<Portal, 'store' | 'clock'>,
  blockList: string,
  lines: Iterable<string>,
): boolean {
  const change = { ...portal, actor: 'test' };
  const table = parseTable(Buffer.from([...lines].join('\n')));
  const policy = portal.store.policies.all().find((one) => one.blockList === blockList);
  const name = policy?.name ?? blockList.split('.').slice(0, -2).join('-');
  const list = `${name}-test`;
  saveUserTable(change, list, table);
  if (policy === undefined)
    addPolicy(change, name, { blockList, block: [list], publish: 'manual' });
  else editPolicy(change, name, { block: [list], publish: 'manual' });
  return publishPolicy(change, name).changed;
}
