import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../../src/portal/store.ts';
import { createPasswords } from '../../../src/site/password.ts';
import { portalCommand } from '../../support/portal-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const PROGRAM = fileURLToPath(new URL('../../../src/main/portal.ts', import.meta.url));
const PASSWORD = 'correct horse battery';

describe('administrators and keys by ts-portal', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const run = async (argv: readonly string[], input = '') => {
    const { code, output, errors } = await portalCommand(folder(), argv, { input });
    return [code, `${output}${errors}`] as const;
  };
  const inStore = <T>(work: (store: ReturnType<typeof openStore>) => T): T => {
    const store = openStore(folder());
    try {
      return work(store);
    } finally {
      store.close();
    }
  };
  /** Everything that is kept, as bytes. */
  const kept = (): string =>
    readdirSync(folder())
      .map((name) => readFileSync(join(folder(), name), 'latin1'))
      .join('');

  it('an administrator is made, gets another password and goes; the password is kept as a hash', async () => {
    assert.deepEqual(await run(['admin', 'add', 'ann'], `${PASSWORD}\n`), [
      0,
      'administrator ann: made\n',
    ]);
    const hash = inStore((store) => store.admins.hashOf('ann') ?? '');
    assert.match(hash, /^\$?scrypt/);
    assert.equal(await createPasswords().matches(hash, PASSWORD), true);
    assert.ok(!kept().includes(PASSWORD));
    assert.match((await run(['admin', 'add', 'ann'], `${PASSWORD}\n`))[1], /ann/);
    assert.equal((await run(['admin', 'password', 'ann'], `${PASSWORD} two\n`))[0], 0);
    const newHash = inStore((store) => store.admins.hashOf('ann') ?? '');
    assert.equal(await createPasswords().matches(newHash, PASSWORD), false);
    assert.match((await run(['admin', 'list']))[1], /^NAME +SINCE\nann /);
    assert.equal((await run(['admin', 'remove', 'ann']))[0], 0);
    const gone = await run(['admin', 'remove', 'ann']);
    assert.equal(gone[0], 1);
    assert.match(gone[1], /there is no .*ann/);
  });

  it('a short password, none, and a name that is none are refused with a sentence', async () => {
    assert.match((await run(['admin', 'add', 'ann'], 'short\n'))[1], /10/);
    assert.equal((await run(['admin', 'add', 'ann'], ''))[0], 1);
    assert.equal((await run(['admin', 'add', 'no such\u0007name'], `${PASSWORD}\n`))[0], 1);
    assert.deepEqual(
      inStore((store) => store.admins.all()),
      [],
    );
  });

  it('a key is printed once and kept as a hash; it needs scopes that there are', async () => {
    const [code, printed] = await run([
      ...['key', 'add', 'image', '--scope', 'devices:write', '--scope', 'hits:read'],
    ]);
    assert.equal(code, 0);
    const key = printed.trim();
    assert.match(key, /^\S{30,}$/);
    assert.ok(!kept().includes(key));
    assert.match((await run(['key', 'list']))[1], /^image +devices:write hits:read /m);
    for (const argv of [
      ['key', 'add', 'other'],
      ['key', 'add', 'other', '--scope', 'everything'],
      ['key', 'add', 'image', '--scope', 'hits:read'],
    ]) {
      assert.notEqual((await run(argv))[0], 0, argv.join(' '));
    }
    assert.equal((await run(['key', 'remove', 'image']))[0], 0);
    assert.doesNotMatch((await run(['key', 'list']))[1], /image/);
    const actions = inStore((store) => store.audit.latest(10).map(({ action }) => action));
    assert.deepEqual(actions.toSorted(), ['key add', 'key remove']);
  });

  /** Runs `ts-portal admin` at a terminal, where each question gets its answer; what was shown. */
  const atTerminal = async (words: string, ...answers: readonly string[]): Promise<string> => {
    const line = `${process.execPath} ${PROGRAM} admin ${words} --state ${folder()}`;
    const terminal = spawn('script', ['-qec', line, '/dev/null'], { stdio: 'pipe' });
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => (shown += String(chunk)));
    const ended = once(terminal, 'close');
    for (const [index, answer] of answers.entries()) {
      const question = ['New password (10 characters or more):', 'Again:'][index] ?? '';
      await until(question, () => shown.includes(question));
      terminal.stdin.write(answer);
    }
    const [code] = (await ended) as [number];
    return `${shown}exit code ${code}`;
  };

  it('a password typed at a terminal is not shown', async () => {
    const shown = await atTerminal('add ann', `${PASSWORD}\r`, `${PASSWORD}\r`);
    assert.match(shown, /administrator ann: made/);
    assert.doesNotMatch(shown, /horse/);
    const again = `${PASSWORD} two\r`;
    const changed = await atTerminal('password ann', again, again);
    assert.match(changed, /administrator ann: has another password/);
    assert.doesNotMatch(changed, /horse/);
  });

  it('a password that is typed otherwise the second time is refused, and Ctrl-C ends the question', async () => {
    const differing = await atTerminal('add ann', `${PASSWORD}\r`, `${PASSWORD}e\r`);
    assert.match(differing, /the two are not the same: nothing was changed[^]*exit code 1$/);
    const interrupted = await atTerminal('add ann', `${PASSWORD}\u0003`);
    assert.match(interrupted, /interrupted: nothing was changed[^]*exit code 1$/);
    assert.doesNotMatch(differing + interrupted, /horse/);
    assert.deepEqual(
      inStore((store) => store.admins.all()),
      [],
    );
  });

  it('a password that is piped is taken by the real program', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [PROGRAM, 'admin', 'add', 'ann', '--state', folder()],
      { input: `${PASSWORD}\n`, encoding: 'utf8' },
    );
    assert.deepEqual([status, stdout], [0, 'administrator ann: made\n']);
  });
});
