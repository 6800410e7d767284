/** Publishes version after version of a policy until it is killed: `publish-child.ts STATE_DIR FIRST`. */
import { saveUserTable } from '../../src/portal/model/user-lists.ts';
import { publishPolicy } from '../../src/portal/model/publish.ts';
import { startPortal } from './portal.ts';
import { versionOf } from './publishing.ts';

const [stateDir = '', first = '0'] = process.argv.slice(2);
const portal = await startPortal(stateDir);
const change = { ...portal, actor: 'test' };
for (let k = Number(first); ; k += 1) {
  const { block, allow } = versionOf(k);
  portal.store.transaction(() => {
    saveUserTable(change, 'block', block);
    saveUserTable(change, 'allow', allow);
  });
  const { serial } = publishPolicy(change, 'killed');
  process.stdout.write(`${k} ${serial}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
