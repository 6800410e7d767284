import type { Clock } from '../core/ports.ts';
import { createRunLock } from '../system/run-lock.ts';

/**
 * Keeps other portals from serving the same folder until the returned function is called, or the process ends.
 * @throws BusyError naming the portal that does
 */
export function holdState(stateDir: string, clock: Clock): Promise<() => Promise<void>> {
  const lock = createRunLock(stateDir, clock);
  return new Promise((resolve, reject) => {
    const held = lock.hold('portal', 'ts-portal serve', 0, async () => {
      await new Promise<void>((release) => {
        resolve(async () => {
          release();
          await held;
        });
      });
    });
    held.catch(reject);
  });
}
