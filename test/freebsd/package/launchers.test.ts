import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launchers } from '../../../freebsd/package/launchers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const HOME = '/usr/local/libexec/ts-pfsense';

describe('the commands of the package', () => {
  const folder = temporaryFolder();

  beforeEach(async () => {
    for (const file of await launchers()) {
      if ('content' in file) place(file.path, Buffer.from(file.content).toString('utf8'));
    }
    for (const program of ['tsadmin', 'service']) {
      place(
        `${HOME}/dist/main/${program}.js`,
        `console.log('${program}', process.argv.slice(2).join('|'), process.env.LD_LIBRARY_PATH ?? 'no path')`,
      );
    }
    place(`${HOME}/package.json`, '{"type":"module"}');
  });

  function place(path: string, text: string): string {
    const at = join(folder(), path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text, { mode: 0o755 });
    return at;
  }

  /** Says it is `version`, and runs programs as the Node of this test does. */
  function node(path: string, version: string): string {
    const body = `case $1 in --version) echo ${version} ;; *) echo "$0"; exec ${process.execPath} "$@" ;; esac`;
    return place(path, `#!/bin/sh\n${body}\n`);
  }

  function run(name: string, args: readonly string[], path: string) {
    const { status, stdout, stderr } = spawnSync(join(folder(), 'usr/local/bin', name), [...args], {
      encoding: 'utf8',
      env: { PATH: `${path}:/usr/bin:/bin` },
    });
    return { status, stdout, stderr };
  }

  it('run their program with the Node of the system', () => {
    const found = node('/bin/node', 'v24.1.0');
    const { status, stdout } = run('tsadmin', ['add', 'a b'], join(folder(), 'bin'));
    assert.equal(stdout, `${found}\ntsadmin add|a b no path\n`);
    assert.equal(status, 0);
    assert.match(run('ts-service', [], join(folder(), 'bin')).stdout, /\nservice {2}no path\n$/);
  });

  it('prefer the Node inside the package, and give it its libraries', () => {
    node('/bin/node', 'v24.1.0');
    const own = node(`${HOME}/runtime/bin/node`, 'v24.2.0');
    const { stdout } = run('tsadmin', ['show'], join(folder(), 'bin'));
    assert.equal(stdout, `${own}\ntsadmin show ${join(folder(), HOME)}/runtime/lib\n`);
  });

  it('take the first Node that is new enough', () => {
    node('/bin/node', 'v22.17.1');
    const found = node('/bin/node22', 'v22.18.0');
    assert.match(run('tsadmin', [], join(folder(), 'bin')).stdout, new RegExp(`^${found}\n`));
  });

  it('take one that is later on the PATH when the first is too old', () => {
    node('/bin/node', 'v20.20.2');
    const found = node('/later/node', 'v24.1.0');
    const path = `${join(folder(), 'bin')}:${join(folder(), 'later')}`;
    assert.match(run('tsadmin', [], path).stdout, new RegExp(`^${found}\n`));
  });

  it('say what to do when there is none', () => {
    for (const name of ['node', 'node22', 'node24']) node(`/bin/${name}`, 'v20.20.2');
    const { status, stdout, stderr } = run('tsadmin', [], join(folder(), 'bin'));
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /no Node 22\.18 or later.*pkg install node24\n$/);
  });

  it('say so when the Node inside does not run on this release', () => {
    for (const name of ['node', 'node22', 'node24']) node(`/bin/${name}`, 'v20.20.2');
    place(`${HOME}/runtime/bin/node`, '#!/bin/sh\nexit 1\n');
    const { status, stderr } = run('tsadmin', [], join(folder(), 'bin'));
    assert.equal(status, 1);
    assert.match(stderr, /does not run on this release of FreeBSD \(.+\)/);
  });

  it('ask for the Node that package.json asks for', () => {
    const about = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { engines: { node: string } };
    assert.equal(about.engines.node, '>=22.18');
  });

  it('are valid shell', () => {
    for (const name of ['usr/local/bin/tsadmin', `${HOME}/find-node`]) {
      execFileSync('sh', ['-n', join(folder(), name)]);
    }
  });
});
