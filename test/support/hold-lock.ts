/**
 * Holds the lock `update` in a folder until it is killed; prints a line once it has it. The process id of a program that it
 * started is in `started`.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/system/clock.ts';
import { createRunLock } from '../../src/system/run-lock.ts';

const folder = process.argv[2] ?? '.';
const lock = createRunLock(folder, systemClock);
await lock.hold('update', 'test holder', 0, async () => {
  writeFileSync(join(folder, 'started'), String(spawn('sleep', ['20']).pid));
  console.log('held');
  await systemClock.sleep(600_000);
});
