import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { readNewSecret, readSecret } from '../../src/system/read-secret.ts';

/** Input of which this much is there and more may come; `asked` is what was asked. */
function source(piped: string) {
  const input = new PassThrough();
  input.write(piped);
  const asked: string[] = [];
  return { input, asked, output: { write: (text: string) => asked.push(text) } };
}

/** The same at a terminal; each question gets the next line. */
function terminal(...typed: readonly string[]) {
  let hides = false;
  const setRawMode = (on: boolean) => (hides = on);
  const input = Object.assign(new PassThrough(), { setRawMode });
  const asked: string[] = [];
  const rest = [...typed];
  const write = (text: string): void => {
    asked.push(text);
    if (text === '\n') return;
    assert.ok(hides, 'asked while what is typed is shown');
    input.write(rest.shift() ?? '');
  };
  return { input, asked, output: { write } };
}

describe('system/read-secret', () => {
  it('takes the first line of what is piped, asks nothing and waits for no end', async () => {
    for (const read of [readSecret, readNewSecret]) {
      const piped = source('correct horse\r\nmore\n');
      assert.equal(await read(piped, 'Secret:'), 'correct horse');
      assert.deepEqual(piped.asked, []);
      assert.equal(piped.input.isPaused(), true);
    }
  });

  it('takes no line for an empty secret, which a new one may not be', async () => {
    const ended = source('');
    ended.input.end();
    assert.equal(await readSecret(ended, 'Secret:'), '');
    await assert.rejects(readNewSecret(source('\n'), 'Secret:'), /nothing was given/);
  });

  it('asks at a terminal, for a new secret twice', async () => {
    const once = terminal('correct horse\r');
    assert.equal(await readSecret(once, 'Secret:'), 'correct horse');
    assert.deepEqual(once.asked, ['Secret: ', '\n']);
    const twice = terminal('correct horse\r', 'correct horse\r');
    assert.equal(await readNewSecret(twice, 'Secret:'), 'correct horse');
    assert.deepEqual(twice.asked, ['Secret: ', '\n', 'Again: ', '\n']);
  });

  it('refuses two that differ, Ctrl-C and the end of the input', async () => {
    await assert.rejects(readNewSecret(terminal('one\r', 'two\r'), ''), /not the same/);
    await assert.rejects(readNewSecret(terminal('one\r', '\u0003'), ''), /interrupted/);
    await assert.rejects(readNewSecret(terminal('\u0004'), ''), /nothing was given/);
    await assert.rejects(readSecret(terminal('\u0003'), ''), /interrupted/);
  });
});
