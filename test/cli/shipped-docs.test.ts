import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { commandList, loadCommands } from '../../src/cli/commands.ts';
import { globalOptions } from '../../src/cli/global-options.ts';
import { tsadmin } from '../support/cli-context.ts';

const run = promisify(execFile);
const docs = new URL('../../docs/', import.meta.url);
const completion = new URL('completion/tsadmin.bash', docs).pathname;

/** What completion offers for a command line whose last word is under the cursor; bash makes "=" a word. */
async function offers(...words: readonly string[]): Promise<string[]> {
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tsadmin; echo "\${COMPREPLY[*]}"`;
  const { stdout } = await run('bash', ['-c', script, completion, 'tsadmin', ...words]);
  return stdout
    .trim()
    .split(' ')
    .filter((word) => word !== '');
}

describe('the manual page', () => {
  it('is what tsadmin help --man prints', async () => {
    const { stdout } = await tsadmin(['help', '--man']);
    assert.equal(await readFile(new URL('tsadmin.8', docs), 'utf8'), stdout);
  });

  it('names every command and every option', async () => {
    const { stdout } = await tsadmin(['help', '--man']);
    for (const { name, options } of await loadCommands()) {
      assert.match(stdout, new RegExp(`^\\.Ss ${name}$`, 'm'));
      for (const option of Object.keys({ ...options, ...globalOptions })) {
        assert.match(stdout, new RegExp(`^\\.It (?:Fl h , )?Fl \\\\-${option}( |$)`, 'm'));
      }
    }
  });

  it('has no line that mdoc would take for a macro it is not', async () => {
    const { stdout } = await tsadmin(['help', '--man']);
    const macros = stdout.split('\n').filter((line) => /^[.']/.test(line));
    for (const line of macros) {
      assert.match(
        line,
        /^\.(?:\\"|Dd|Dt|Os|Sh|Ss|Nm|Nd|Op|Ar|Pp|Bl|It|El|Bd|Ed|Dl|Fl|Cm)\b|^\.\\"/,
      );
    }
  });
});

describe('the shell completion', () => {
  it('is what tsadmin help --completion prints', async () => {
    const { stdout } = await tsadmin(['help', '--completion']);
    assert.equal(await readFile(completion, 'utf8'), stdout);
  });

  it('offers every command and its other names', async () => {
    const names = commandList.flatMap(({ name, aliases }) => [name, ...aliases]);
    assert.deepEqual(await offers(''), names);
    assert.deepEqual(await offers('help', 'lo'), ['logs', 'lookup']);
  });

  it('offers the options of the command, also behind a switch', async () => {
    for (const { name, options } of await loadCommands()) {
      const all = Object.keys({ ...globalOptions, ...options }).map((option) => `--${option}`);
      assert.deepEqual(await offers('--json', name, '--'), all);
    }
  });

  it('offers the values there are, with "=" and without', async () => {
    assert.deepEqual(await offers('--platform', 'l'), ['linux']);
    assert.deepEqual(await offers('add', '--platform', '=', 'd'), ['dry-run']);
    assert.deepEqual(await offers('add', '--policy_tls', '='), ['yes', 'no']);
    assert.deepEqual(await offers('add', '--type', ''), ['manual', 'auto']);
    assert.deepEqual(await offers('add', '--logopts_direction', '=', 'o'), ['out']);
    assert.deepEqual(await offers('config', ''), ['get', 'set']);
  });

  it('offers nothing where it knows nothing', async () => {
    assert.deepEqual(await offers('lookup', '6'), []);
  });
});
