import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import { options } from '../../src/config/options.ts';
import { RELEASE } from '../../src/main/release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PACKAGE = fileURLToPath(new URL('../../freebsd/', import.meta.url));
const SUITES = fileURLToPath(new URL('php/', import.meta.url));
/** The shapes of pfSense's functions: see php/fake-pfsense.inc. */
const RELEASES = ['2.5', '2.6', '2.7', '2.8'];

interface Case {
  readonly name: string;
  readonly why: string | null;
}

describe('the PHP of the package', () => {
  const folder = temporaryFolder();

  for (const release of RELEASES) {
    for (const suite of ['actions', 'settings', 'notices', 'web', 'faults', 'overwritten']) {
      it(`works with the functions of pfSense ${release}: ${suite}`, () => {
        const cases = runSuite(suite, release, folder());
        assert.deepEqual(
          cases.filter(({ why }) => why !== null),
          [],
        );
        assert.ok(cases.length >= 7);
      });
    }
  }

  it('has no syntax error', () => {
    for (const file of filesNamed('*.{php,inc}')) {
      execFileSync('php', ['-l', file], { stdio: 'pipe' });
    }
  });

  it('keeps every secret option under a tag that pfSense redacts', () => {
    const names = readFileSync(join(PACKAGE, 'usr/local/pkg/threatstop/names.inc'), 'utf8');
    for (const [name, option] of Object.entries(options)) {
      if (option.secret) assert.match(names, new RegExp(`'${name}' => '\\w+'`));
    }
  });
});

describe('the files of the package', () => {
  it('the packing list names each, once', () => {
    const listed = readFileSync(join(PACKAGE, '../pkg-plist'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const found = [...filesIn('etc'), ...filesIn('usr')].map((file) => `/${file}`);
    assert.deepEqual(listed.toSorted(), found.toSorted());
  });

  it('XML is well-formed', () => {
    for (const file of filesNamed('*.xml')) {
      execFileSync('php', ['-r', `exit(simplexml_load_file($argv[1]) ? 0 : 1);`, file]);
    }
  });

  it('the version is that of the release', () => {
    const file = join(PACKAGE, 'usr/local/share/pfSense-pkg-threatstop/info.xml');
    assert.match(readFileSync(file, 'utf8'), new RegExp(`<version>${RELEASE}</version>`));
  });

  it('only the start script is executable, and a shell can read it', () => {
    const programs = filesNamed('*').filter((file) => (statSync(file).mode & 0o111) !== 0);
    assert.deepEqual(
      programs.map((file) => basename(file)),
      ['threatstop.sh'],
    );
    execFileSync('sh', ['-n', ...programs]);
  });
});

/** Runs the cases of `php/<suite>.php` in an empty folder. */
function runSuite(suite: string, release: string, folder: string): readonly Case[] {
  mkdirSync(join(folder, 'aliastables'));
  const { stdout, stderr, status } = spawnSync(
    'php',
    ['-d', 'display_errors=stderr', '-d', 'error_reporting=-1', join(SUITES, `${suite}.php`)],
    { encoding: 'utf8', env: { ...process.env, TS_RELEASE: release, TS_FOLDER: folder } },
  );
  assert.equal(`${stderr}${status}`, '0', stdout);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

function filesIn(top: string): readonly string[] {
  return globSync(`${top}/**/*`, { cwd: PACKAGE }).filter((file) =>
    statSync(join(PACKAGE, file)).isFile(),
  );
}

function filesNamed(pattern: string): readonly string[] {
  return ['etc', 'usr']
    .flatMap((top) => globSync(`${top}/**/${pattern}`, { cwd: PACKAGE }))
    .map((file) => join(PACKAGE, file))
    .filter((file) => statSync(file).isFile());
}
