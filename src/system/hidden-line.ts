import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { AgentError } from '../core/errors.ts';

/** A terminal that can be told not to show what is typed, as `process.stdin` is one. */
export type HidingInput = Readable & { setRawMode(on: boolean): unknown };

/** Whether what is typed can be hidden. */
export function canHide(input: Readable): input is HidingInput {
  return 'setRawMode' in input && typeof input.setRawMode === 'function';
}

/**
 * Reads one line that is not shown as it is typed. Backspace and Ctrl-U mend it; Ctrl-D on an empty line ends the input.
 * @param ask called once nothing that is typed is shown any more: who is asked earlier may type earlier
 * @returns null at the end of the input
 * @throws AgentError on Ctrl-C
 */
export async function readHiddenLine(
  input: HidingInput,
  ask: () => void = () => undefined,
): Promise<string | null> {
  const decoder = new StringDecoder('utf8');
  const line: Line = { typed: [], ended: false };
  input.setRawMode(true);
  try {
    ask();
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
      for (const key of keysOf(decoder.write(chunk as Buffer))) press(line, key);
      if (line.ended) break;
    }
    return line.ended ? (line.typed?.join('') ?? null) : null;
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

/** What was typed so far; `typed` is null when the input was ended instead. */
interface Line {
  typed: readonly string[] | null;
  ended: boolean;
}

const END: ReadonlySet<string> = new Set(['\r', '\n']);
const ERASE: ReadonlySet<string> = new Set(['\u007f', '\b']);
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
/** ECMA-48 5.4: what the arrows and the like send. */
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)/g;

function keysOf(text: string): readonly string[] {
  return Array.from(text.replace(SEQUENCE, ''));
}

function press(line: Line, key: string): void {
  if (line.ended) return;
  if (key === CTRL_C) throw new AgentError('interrupted: nothing was changed');
  const typed = line.typed ?? [];
  if (key === CTRL_D && typed.length === 0) line.typed = null;
  line.ended = END.has(key) || line.typed === null;
  if (!line.ended) line.typed = withKey(typed, key);
}

function withKey(typed: readonly string[], key: string): readonly string[] {
  if (ERASE.has(key)) return typed.slice(0, -1);
  if (key === CTRL_U) return [];
  return key < ' ' ? typed : [...typed, key];
}
