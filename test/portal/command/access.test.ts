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

  it('a password typed at a terminal is not shown', async () => {
    const words = `${process.execPath} ${PROGRAM} admin add ann --state ${folder()}`;
    const terminal = spawn('script', ['-qec', words, '/dev/null'], { stdio: 'pipe' });
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      if (!shown.includes('New password') && String(chunk).includes('New password'))
        terminal.stdin.write(`${PASSWORD}\r`);
      shown += String(chunk);
    });
    await once(terminal, 'close');
    assert.match(shown, /administrator ann: made/);
    assert.doesNotMatch(shown, /horse/);
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
