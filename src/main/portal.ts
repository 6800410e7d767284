/** `ts-portal`: the self-hosted portal and its commands. */
import { userInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { actorOf } from '../core/actor.ts';
import { runPortalCommand } from '../portal/command/run.ts';
import { systemClock } from '../system/clock.ts';
import { streamLog } from '../system/log.ts';
import { readNewSecret, readSecret } from '../system/read-secret.ts';
import { runCommand } from '../system/run-command.ts';

/** Looked at only when a secret is wanted. */
const secretSource = () => ({ input: process.stdin, output: process.stderr });

process.exitCode = await runPortalCommand(process.argv.slice(2), {
  clock: systemClock,
  log: streamLog(process.stderr, () => systemClock.now()),
  stateDir: process.env['TS_PORTAL_STATE'] ?? '',
  environment: process.env,
  actor: actorOf('cli', userInfo().username, ''),
  runCommand,
  readInput: () => buffer(process.stdin),
  readSecret: (question) => readSecret(secretSource(), question),
  readNewSecret: (question) => readNewSecret(secretSource(), question),
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
    }),
});
