import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BusyError, PolicyError } from '../../src/core/errors.ts';
import { commandList, loadCommands } from '../../src/cli/commands.ts';
import { tsadmin } from '../support/cli-context.ts';

describe('the tsadmin command line', () => {
  it('takes the switches of every command before and after its name', async () => {
    for (const argv of [
      ['--root', '/tmp/device', '--platform=linux', '--json', 'status'],
      ['status', '--json', '--platform', 'linux', '--root=/tmp/device'],
      ['--json', 'status', '--root=/tmp/device', '--platform', 'linux'],
    ]) {
      const { code, stdout, opened } = await tsadmin(argv);
      assert.equal(code, 0);
      assert.deepEqual(opened, [{ root: '/tmp/device', platform: 'linux' }]);
      assert.equal(typeof JSON.parse(stdout), 'object');
    }
  });

  it('takes root and platform from the environment, the switch first', async () => {
    const environment = { TS_ROOT: '/tmp/one', TS_PLATFORM: 'openbsd' };
    const byVariable = await tsadmin(['status'], { environment });
    assert.deepEqual(byVariable.opened, [{ root: '/tmp/one', platform: 'openbsd' }]);
    const bySwitch = await tsadmin(['status', '--root=/tmp/two', '--platform=pfsense'], {
      environment,
    });
    assert.deepEqual(bySwitch.opened, [{ root: '/tmp/two', platform: 'pfsense' }]);
  });

  it('uses / and the detected platform when nothing names them', async () => {
    const { opened } = await tsadmin(['status'], { environment: { TS_ROOT: '', TS_PLATFORM: '' } });
    assert.deepEqual(opened, [{ root: '/', platform: 'dry-run' }]);
  });

  it('makes a relative root absolute', async () => {
    const { opened } = await tsadmin(['status', '--root', 'device']);
    assert.equal(opened[0]?.root, `${process.cwd()}/device`);
  });

  it('closes the agent also when the command fails', async () => {
    const update = () => Promise.reject(new PolicyError('no answer'));
    const { opened, closed } = await tsadmin(['update'], { agent: { update } });
    assert.equal(opened.length, 1);
    assert.equal(closed, 1);
  });

  it('leaves standard input alone unless there is something to read', async () => {
    for (const argv of [
      ...[
        ['version'],
        ['help'],
        ['status'],
        ['show'],
        ['update'],
        ['logs'],
        ['lookup', '192.0.2.1'],
      ],
      ...[['enable'], ['config', 'set', 'port=53'], ['remove', '--silent'], ['nonsense']],
      ['add', '--device_id=tdid_1', '--block_list=basic.threatstop.local'],
    ]) {
      assert.equal((await tsadmin(argv)).inputOpened, false, argv.join(' '));
    }
    assert.equal((await tsadmin(['remove'], { typed: ['n'] })).inputOpened, true);
  });

  it('lets go of standard input when it is done, also after a failure', async () => {
    const failing = { remove: () => Promise.reject(new BusyError('update is running')) };
    for (const agent of [{}, failing]) {
      const outcome = await tsadmin(['remove'], { agent, typed: ['y'], stayOpen: true });
      assert.deepEqual([outcome.inputOpened, outcome.inputHeld], [true, false]);
    }
  });

  it('names the person who started a command, behind sudo too', async () => {
    for (const [environment, actor] of [
      [{ USER: 'root', SUDO_USER: 'ann' }, 'cli:ann'],
      [{ USER: 'root', DOAS_USER: 'bob' }, 'cli:bob'],
      [{ USER: 'root' }, 'cli:root'],
      [{ USER: 'evil\u001b[2J' }, 'cli:unknown'],
    ] as const) {
      const { calls } = await tsadmin(['enable'], { environment });
      assert.deepEqual(calls[0], ['enable', actor]);
    }
  });
});

describe('a wrong command line', () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ['a command is missing', []],
    ['a command is missing', ['--json']],
    ['there is no command "frobnicate"', ['frobnicate']],
    ['there is no option --frobnicate', ['status', '--frobnicate=1']],
    ['there is no option -x', ['status', '-x']],
    ['argument missing', ['status', '--root']],
    ['does not take an argument', ['status', '--json=yes']],
    ['argument is ambiguous', ['add', '--tsprefix', '--log-uid']],
    ['status: there are too many words', ['status', 'now']],
    ['lookup: something is missing', ['lookup']],
    ['lookup: there are too many words', ['lookup', '192.0.2.1', '192.0.2.2']],
    ['there is no platform "windows"', ['status', '--platform=windows']],
    ['a folder is missing', ['status', '--root=']],
    ['a command is missing', ['--root', 'toString']],
    ['"--silent" stands before the command', ['--silent', 'remove']],
    ['help: there is no command "me"', ['help', 'me']],
  ];
  for (const [message, argv] of wrong) {
    it(`ends with 2 and says what is wrong: ${argv.join(' ') || '(nothing)'}`, async () => {
      const { code, stdout, stderr, opened } = await tsadmin(argv);
      assert.equal(code, 2);
      assert.ok(stderr.includes(message), stderr);
      assert.equal(stdout, '');
      assert.equal(opened.length, 0);
    });
  }

  it('points to the help of the command', async () => {
    assert.match((await tsadmin(['add', '--nope'])).stderr, /^See tsadmin help add$/m);
    assert.match((await tsadmin(['nope'])).stderr, /^See tsadmin help$/m);
  });

  it('names the option meant when it was written with hyphens', async () => {
    assert.match((await tsadmin(['add', '--device-id=x'])).stderr, /Write --device_id\./);
  });

  it('says how to write a value that starts with a hyphen', async () => {
    assert.match((await tsadmin(['add', '--tsprefix', '--log-uid'])).stderr, /--tsprefix=VALUE/);
  });

  it('refuses an unknown TS_PLATFORM', async () => {
    const { code, stderr } = await tsadmin(['status'], { environment: { TS_PLATFORM: 'beos' } });
    assert.equal(code, 2);
    assert.match(stderr, /TS_PLATFORM: there is no platform "beos"/);
  });

  it('never repeats a value, which may be a secret', async () => {
    for (const argv of [
      ['--auto_key=hunter2', 'add'],
      ['--auto_key', 'hunter2', 'add'],
      ['add', '--auto_kee=hunter2'],
      ['add', '--auto_key=', 'hunter2'],
      ['add', '--auto_key=hunter2'],
      ['config', 'set', 'auto_key=hunter2'],
      ['config', 'set', 'hunter2'],
    ]) {
      const { code, stdout, stderr } = await tsadmin([...argv]);
      assert.equal(code, 2);
      assert.doesNotMatch(stdout + stderr, /hunter2/, argv.join(' '));
    }
  });

  it('is never an internal error, whatever the words are', async () => {
    const words = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom('--', '-', '--json', '--root', '__proto__', '--__proto__=1', 'toString'),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(words, async (argv) => {
        const { stderr } = await tsadmin(argv);
        assert.doesNotMatch(stderr, /InternalError|\n {4}at /);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a command that fails', () => {
  const update = () =>
    Promise.reject(
      new PolicyError('list "a\u001b[31mb": NXDOMAIN', { remedy: 'Check block_list\u009b.' }),
    );

  it('ends with 1, message and remedy on standard error, made printable', async () => {
    const { code, stderr } = await tsadmin(['update'], { agent: { update } });
    assert.equal(code, 1);
    assert.equal(stderr, 'tsadmin: list "a?[31mb": NXDOMAIN\nCheck block_list?.\n');
  });

  it('writes a JSON object with --json', async () => {
    const { code, stdout, stderr } = await tsadmin(['update', '--json'], { agent: { update } });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.deepEqual(JSON.parse(stderr), {
      error: 'list "a?[31mb": NXDOMAIN',
      remedy: 'Check block_list?.',
      kind: 'PolicyError',
    });
  });

  it('writes wrong usage as JSON too', async () => {
    const { code, stderr } = await tsadmin(['status', '--json', '--nope']);
    assert.equal(code, 2);
    assert.equal((JSON.parse(stderr) as { kind: string }).kind, 'UsageError');
  });

  it('tells that another task is running', async () => {
    const busy = () => Promise.reject(new BusyError('update is running', { remedy: 'Wait.' }));
    const { code, stderr } = await tsadmin(['remove', '--silent'], { agent: { remove: busy } });
    assert.equal(code, 1);
    assert.match(stderr, /update is running/);
  });

  it('shows where a fault of the program itself is', async () => {
    const status = () => Promise.reject(new TypeError('x is undefined'));
    const { code, stderr } = await tsadmin(['status'], { agent: { status } });
    assert.equal(code, 1);
    assert.match(stderr, /^tsadmin: x is undefined\n\s+at /);
  });
});

describe('the list of commands', () => {
  it('has every command under its own name, and no name twice', async () => {
    const commands = await loadCommands();
    assert.deepEqual(
      commands.map(({ name }) => name),
      commandList.map(({ name }) => name),
    );
    const names = commandList.flatMap(({ name, aliases }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length);
  });

  it('has a usage that starts with the name of the command', async () => {
    for (const { name, usage } of await loadCommands()) assert.match(usage, new RegExp(`^${name}`));
  });
});
