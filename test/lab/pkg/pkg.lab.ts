/**
 * The package in the hands of the real pkg(8), built for Linux. `PKG` names one or more programs, with ":" between. Each
 * works in a mount namespace in which `/usr/local`, `/etc` and `/var/run` are empty or its own; PHP is a stand-in that
 * writes down what it is asked. Two packages of different versions are made for it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePackage } from '../../../freebsd/package/make-package.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import { standInAddon } from '../../support/freebsd-addon.ts';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
/** One or more, with ":" between. */
const programs = (process.env['PKG'] ?? '').split(':').filter((path) => path !== '');
const HOME = '/usr/local/libexec/ts-pfsense';
/** What the package leaves to others; pkg makes its own folder. */
const OWN_FILES = 'find /usr/local /etc/inc ! -type d | grep -v "^/usr/local/bin/php$" | sort';
const SERVICE = '/usr/local/etc/rc.d/threatstop.sh';

if (programs.length === 0)
  throw new Error('PKG is needed: the path of pkg. See test/lab/README.md.');

for (const program of programs) {
  describe(`the package with ${program}`, function () {
    this.timeout(120_000);
    let folder = '';
    let older = '';
    let newer = '';

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'ts-pkg-'));
      older = await make('3.00-01', 1_700_000_000);
      newer = await make('3.00-02', 1_700_100_000);
    });
    after(() => rmSync(folder, { recursive: true }));

    async function make(release: string, modified: number): Promise<string> {
      const addon = join(folder, 'addon.node');
      writeFileSync(addon, standInAddon());
      const made = await makePackage({
        ...{ checkout: CHECKOUT, architecture: 'amd64', release, addon, node: undefined, modified },
        ...{ maintainer: 'someone@example.com', homepage: 'https://example.com/' },
        ...{ out: folder, run: runCommand },
      });
      return made.path;
    }

    /** Runs shell lines on a fresh host; `pkg` is the real one, `$OLDER` and `$NEWER` the packages. */
    function host(lines: string) {
      const own = mkdtempSync(join(folder, 'host-'));
      for (const name of ['local/bin', 'etc', 'run', 'work', 'db']) {
        mkdirSync(join(own, name), { recursive: true });
      }
      writeFileSync(
        join(own, 'local/bin/php'),
        '#!/bin/sh\necho "php $* ${PKG_UPGRADE:+upgrade}" >> /var/run/calls\n',
        { mode: 0o755 },
      );
      const script = `
mount -t overlay overlay -o lowerdir=/etc,upperdir="$1/etc",workdir="$1/work" /etc &&
mount --bind "$1/run" "$(readlink -f /var/run)" && mount --bind "$1/local" /usr/local && touch /etc/rc.packages
db=$1/db
pkg() { "$PKG_PROGRAM" -o PKG_DBDIR="$db" -o ABI=FreeBSD:14:amd64 -o OSVERSION=1400097 -o REPOS_DIR=/nonexistent "$@" 2>&1; }
${lines}`;
      const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', own], {
        encoding: 'utf8',
        env: {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          ...{ PKG_PROGRAM: program, OLDER: older, NEWER: newer, ASSUME_ALWAYS_YES: 'yes' },
        },
      });
      return `${stdout}${stderr}`;
    }
    const listed = 'pkg info -l ts-pfsense | grep "^	" | tr -d "\\t" | sort';

    it('is added and found whole; every file on the disk is one of its list', () => {
      const said = host(`
pkg add "$OLDER"; echo "added $?"; pkg check -s ts-pfsense; echo "checked $?"
${listed} > /tmp/listed.$$; ${OWN_FILES} | diff /tmp/listed.$$ - && echo same; rm /tmp/listed.$$
grep -c POST-INSTALL /var/run/calls; pkg info ts-pfsense | head -1`);
      for (const part of ['added 0', 'checked 0', 'same\n1\n', 'ts-pfsense-3.00.01']) {
        assert.ok(said.includes(part), said);
      }
    });

    for (const how of ['add -f', 'install -y -f']) {
      it(`is upgraded and downgraded by "pkg ${how}": the database stays, no file is left over`, () => {
        upgradeAndDowngrade(how);
      });
    }
    function upgradeAndDowngrade(how: string): void {
      const said = host(`
pkg add "$OLDER" >/dev/null; mkdir -p /usr/local/var/threatstop; echo kept > /usr/local/var/threatstop/agent.sqlite
touch ${HOME}/dist/main/chunk-GONE.js; : > /var/run/calls
for file in "$NEWER" "$OLDER"; do
  pkg ${how} "$file" >/dev/null; echo "forced $?"; pkg info ts-pfsense | head -1; pkg check -s ts-pfsense; echo "checked $?"
  ${listed} > /tmp/listed.$$; ${OWN_FILES} | grep -v /usr/local/var/ | diff /tmp/listed.$$ - && echo same; rm /tmp/listed.$$
done
cat /usr/local/var/threatstop/agent.sqlite; grep -E " (POST-)?DEINSTALL" /var/run/calls`);
      assert.match(
        said,
        /forced 0\nts-pfsense-3\.00\.02[^]*checked 0\nsame\nforced 0\nts-pfsense-3\.00\.01[^]*checked 0\nsame\nkept\n/,
      );
      // pkg 2 runs the scripts of the old package at an upgrade, and says so to them.
      for (const line of said.match(/php .*DEINSTALL.*/g) ?? []) assert.match(line, /upgrade$/);
    }

    it('is deleted with nothing left, also while the service is down, and can come again', () => {
      const said = host(`
pkg add "$OLDER" >/dev/null; : > /var/run/calls
mkdir -p /usr/local/var/threatstop; echo kept > /usr/local/var/threatstop/agent.sqlite
${SERVICE} status; pkg delete -y ts-pfsense >/dev/null; echo "deleted $?"
${OWN_FILES}; echo ; cat /var/run/calls; pkg add "$NEWER" >/dev/null; echo "again $?"; cat /usr/local/var/threatstop/agent.sqlite`);
      assert.match(
        said,
        /not running\.\ndeleted 0\n\/usr\/local\/var\/threatstop\/agent\.sqlite\n\n[^]* DEINSTALL[^]* POST-DEINSTALL[^]*again 0\nkept\n/,
      );
    });

    it('is refused where it is for another processor', () => {
      const said = host(`
"$PKG_PROGRAM" -o PKG_DBDIR="$db" -o ABI=FreeBSD:14:aarch64 -o OSVERSION=1400097 add "$OLDER" 2>&1; echo "added $?"`);
      assert.match(said, /wrong architecture[^]*added 1/);
      assert.ok(!existsSync(join(folder, HOME)));
    });
  });
}
