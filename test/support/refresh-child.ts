/**
 * `node refresh-child.ts ROOT PLATFORM`: the service's agent, without page and schedule. Starts as the service does, by
 * putting the last good policy in force, and says `ready`. Told `go`, it updates, says each step, and at last `done`.
 */
import { once } from 'node:events';
import type { PlatformName } from '../../src/cli/context.ts';
import { enforceBySize } from '../../src/main/enforce-in-worker.ts';
import { openPorts } from '../../src/main/open-agent.ts';
import { createAgent, enforceHere } from '../../src/tasks/create-agent.ts';
import { TestLog } from './portal.ts';

const [, , root = '', platform = ''] = process.argv;
const location = { root, platform: platform as PlatformName };
const ports = openPorts(location, new TestLog());
const agent = createAgent(ports, enforceBySize(location, enforceHere(ports)));
if (ports.history.current() !== null) await agent.verify('schedule');
say('ready');
await once(process.stdin, 'data');
let told = '';
const timer = setInterval(() => {
  const step = agent.progress()?.step ?? told;
  if (step !== told) say(step);
  told = step;
}, 2);
await agent.update('schedule');
clearInterval(timer);
agent.close();
say('done');
process.stdin.destroy();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
