/** The way to pfSense's own PHP: one command with verbs, JSON in and out (`freebsd/usr/local/pkg/threatstop/`). */
import { parseJsonObject } from '../core/json-text.ts';
import { HostError } from '../core/errors.ts';
import type { RunCommand } from './run-command.ts';

/** What may be asked for. */
export type PfsenseVerb =
  | 'read-settings'
  | 'write-settings'
  | 'clear-settings'
  | 'prepare-tables'
  | 'keep-tables'
  | 'enable'
  | 'disable'
  | 'remove'
  | 'state'
  | 'table-limit'
  | 'set-table-limit'
  | 'show-notice'
  | 'withdraw-notice'
  | 'register';

/** What pfSense did, or why it did not: an answer, not a fault. */
export type PfsenseAnswer =
  | { readonly ok: true; readonly result: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

/** Asks pfSense. @throws HostError when there is no answer at all */
export type AskPfsense = (
  verb: PfsenseVerb,
  input?: Readonly<Record<string, unknown>>,
) => Promise<PfsenseAnswer>;

const PHP = '/usr/local/bin/php';
const COMMAND = '/usr/local/pkg/threatstop/command.php';

/** A filter reload with thousands of rules and large tables takes this long on a small box. */
const TIMEOUT_MS = 180_000;

/** The real pfSense of this host. Settings go through standard input: they hold the device key. */
export function createPfsenseCommand(run: RunCommand): AskPfsense {
  return async (verb, input = {}) => {
    const { stdout, stderr } = await run([PHP, '-f', COMMAND, verb], {
      input: JSON.stringify(input),
      timeoutMs: TIMEOUT_MS,
      acceptExitCodes: [0, 1, 255],
    });
    return readAnswer(verb, stdout, stderr);
  };
}

function readAnswer(verb: PfsenseVerb, stdout: string, stderr: string): PfsenseAnswer {
  const answer = parseJsonObject(stdout.trim().split('\n').at(-1) ?? '');
  if (answer?.['ok'] === true) return { ok: true, result: objectOf(answer['result']) };
  const { message, remedy } = answer ?? {};
  if (typeof message !== 'string') {
    const said = `${stdout}\n${stderr}`.trim().slice(0, 400).replace(/\s+/g, ' ');
    throw new HostError(`asking pfSense to ${verb}: PHP gave no answer: ${said || '(nothing)'}`, {
      remedy: 'Look into Status > System Logs; reinstall the package if files of it are missing.',
    });
  }
  return { ok: false, message, remedy: typeof remedy === 'string' ? remedy : '' };
}

/** PHP writes an empty object as an empty list. */
function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
