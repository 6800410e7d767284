import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A line that nobody sees: at a terminal it is asked for and typed without echo, else it is the first line of the input. */
export async function readSecret(
  input: NodeJS.ReadStream,
  prompt: NodeJS.WritableStream,
  question: string,
): Promise<string> {
  if (!input.isTTY) return (await text(input)).split(/\r?\n/, 1)[0] ?? '';
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silent, terminal: true });
  prompt.write(question);
  try {
    return await reader.question('');
  } finally {
    prompt.write('\n');
    reader.close();
  }
}
