import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AgentError, printable } from '../core/errors.ts';
import { canHide, readHiddenLine, type HidingInput } from './hidden-line.ts';

/** Where a secret comes from, and where it is asked for. */
export interface SecretSource {
  readonly input: Readable;
  readonly output: { write(text: string): unknown };
}

/**
 * A line that nobody sees: at a terminal it is asked for and typed without echo, else it is the first line of the input.
 * @throws AgentError on Ctrl-C, and on Ctrl-D in place of a line
 */
export async function readSecret(source: SecretSource, question: string): Promise<string> {
  const { input } = source;
  return canHide(input) ? askHidden(input, source, question) : firstLine(input);
}

/**
 * {@link readSecret} for a secret that is new: at a terminal it is asked for twice, as nobody sees a slip in it.
 * @throws AgentError also where it is empty, and where the two are not the same
 */
export async function readNewSecret(source: SecretSource, question: string): Promise<string> {
  const { input } = source;
  const secret = await readSecret(source, question);
  if (secret === '') throw nothingGiven();
  if (!canHide(input) || (await askHidden(input, source, 'Again:')) === secret) return secret;
  throw new AgentError('the two are not the same: nothing was changed');
}

async function askHidden(
  input: HidingInput,
  { output }: SecretSource,
  question: string,
): Promise<string> {
  const ask = () => void output.write(`${printable(question)} `);
  try {
    const line = await readHiddenLine(input, ask);
    if (line !== null) return line;
  } finally {
    output.write('\n');
  }
  throw nothingGiven();
}

async function firstLine(input: Readable): Promise<string> {
  const reader = createInterface({ input, terminal: false });
  try {
    for await (const line of reader) return line;
    return '';
  } finally {
    reader.close();
  }
}

function nothingGiven(): AgentError {
  return new AgentError('nothing was given: nothing was changed');
}
