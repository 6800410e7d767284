/** Resolves at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP. A second signal ends the process at once. */
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
