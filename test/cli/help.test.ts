import assert from 'node:assert/strict';
import { commandList, loadCommands } from '../../src/cli/commands.ts';
import { tsadmin } from '../support/cli-context.ts';

describe('tsadmin help', () => {
  it('lists every command with its summary, as --help and -h do', async () => {
    const { code, stdout } = await tsadmin(['help']);
    assert.equal(code, 0);
    for (const { name, summary } of await loadCommands()) {
      assert.ok(
        stdout.split('\n').some((line) => line.startsWith(`  ${name} `) && line.endsWith(summary)),
        name,
      );
    }
    assert.equal((await tsadmin(['--help'])).stdout, stdout);
    assert.equal((await tsadmin(['-h'])).stdout, stdout);
  });

  it('tells every option of a command, as <command> --help does', async () => {
    for (const { name, usage, options } of await loadCommands()) {
      const { code, stdout } = await tsadmin(['help', name]);
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(`Usage: tsadmin ${usage}\n`));
      for (const option of [...Object.keys(options), 'root', 'platform', 'json', 'help']) {
        assert.match(stdout, new RegExp(`^  --${option}(?:[=[]|$)`, 'm'));
      }
      const byOption = await tsadmin([name, '--help']);
      assert.deepEqual([byOption.code, byOption.stdout], [0, stdout]);
    }
  });

  it('keeps to 80 columns', async () => {
    for (const { name } of commandList) {
      const { stdout } = await tsadmin(['help', name]);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    }
  });

  it('knows the other names of a command', async () => {
    const { stdout } = await tsadmin(['help', 'why']);
    assert.match(stdout, /^Usage: tsadmin lookup ADDRESS\nAlso: tsadmin why$/m);
  });

  it('does nothing else when --help is there', async () => {
    const { opened, calls } = await tsadmin(['remove', '--silent', '--help']);
    assert.deepEqual([opened, calls], [[], []]);
  });

  it('has a JSON form', async () => {
    const all = JSON.parse((await tsadmin(['help', '--json'])).stdout) as { commands: unknown[] };
    assert.equal(all.commands.length, commandList.length);
    const one = JSON.parse((await tsadmin(['help', 'update', '--json'])).stdout) as {
      options: Record<string, string>;
    };
    assert.ok(one.options['plan']?.startsWith('Only show'));
  });
});
