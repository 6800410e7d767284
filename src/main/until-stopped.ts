/**
 * Resolves at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP; a second signal ends the process at once. Call it before
 * anything else, so that a signal during the start ends the program properly, too.
 */
export async function untilStopped(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await new Promise<void>((resolve) => {
    for (const signal of signals) {
      process.on(signal, () => {
        resolve();
        for (const other of signals) process.removeAllListeners(other);
      });
    }
  });
}
