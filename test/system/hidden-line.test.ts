import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { canHide, readHiddenLine, type HidingInput } from '../../src/system/hidden-line.ts';

/** A terminal on which a person types; `modes` are the changes of its mode. */
function terminal(...typed: readonly (string | Buffer)[]) {
  const modes: boolean[] = [];
  const input: HidingInput = Object.assign(new PassThrough(), {
    setRawMode: (on: boolean) => modes.push(on),
  });
  for (const chunk of typed) (input as unknown as PassThrough).write(chunk);
  return { input, modes };
}

describe('system/hidden-line', () => {
  it('reads a line while the terminal shows nothing, and lets go of it', async () => {
    const { input, modes } = terminal('correct', ' horse\r');
    assert.equal(await readHiddenLine(input), 'correct horse');
    assert.deepEqual(modes, [true, false]);
    assert.equal(input.isPaused(), true);
    assert.equal(input.destroyed, false);
  });

  it('reads another line afterwards', async () => {
    const { input } = terminal('one\r');
    assert.equal(await readHiddenLine(input), 'one');
    (input as unknown as PassThrough).write('two\r');
    assert.equal(await readHiddenLine(input), 'two');
  });

  it('mends by backspace and Ctrl-U, whole characters, and takes no arrows for text', async () => {
    assert.equal(await readHiddenLine(terminal('ab€\u007f\u001b[Dc\r').input), 'abc');
    assert.equal(await readHiddenLine(terminal('wrong\u0015right\n').input), 'right');
  });

  it('joins a character that comes in two parts', async () => {
    const euro = Buffer.from('€');
    const { input } = terminal(euro.subarray(0, 1), euro.subarray(1), '\r');
    assert.equal(await readHiddenLine(input), '€');
  });

  it('ends at Ctrl-D on an empty line and at the end of the input, and fails on Ctrl-C', async () => {
    assert.equal(await readHiddenLine(terminal('\u0004').input), null);
    const { input, modes } = terminal('half');
    (input as unknown as PassThrough).end();
    assert.equal(await readHiddenLine(input), null);
    assert.deepEqual(modes, [true, false]);
    const stopped = terminal('a\u0003');
    await assert.rejects(readHiddenLine(stopped.input), /interrupted: nothing was changed/);
    assert.deepEqual(stopped.modes, [true, false]);
  });

  it('needs a terminal that can hide what is typed', () => {
    assert.equal(canHide(new PassThrough()), false);
    assert.equal(canHide(terminal().input), true);
  });
});
