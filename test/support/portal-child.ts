/** A portal in a process of its own, to be killed: `portal-child.ts STATE_DIR`. Prints the address of its intake. */
import { startPortal } from './portal.ts';

const [, , stateDir = ''] = process.argv;
const portal = await startPortal(stateDir);
process.stdout.write(`${portal.addresses.intakeUrl}\n`);
