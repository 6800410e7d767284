/** Holds the lock `update` in a folder until it is killed; prints a line once it has it. */
import { systemClock } from '../../src/system/clock.ts';
import { createRunLock } from '../../src/system/run-lock.ts';

const lock = createRunLock(process.argv[2] ?? '.', systemClock);
await lock.hold('update', 'test holder', 0, async () => {
  console.log('held');
  await systemClock.sleep(600_000);
});
