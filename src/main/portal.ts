/** `ts-portal`: the self-hosted portal and its commands. */
import { runPortalCommand } from '../portal/command/run.ts';
import { systemClock } from '../system/clock.ts';
import { streamLog } from '../system/log.ts';

process.exitCode = await runPortalCommand(process.argv.slice(2), {
  clock: systemClock,
  log: streamLog(process.stderr, () => systemClock.now()),
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
    }),
});
