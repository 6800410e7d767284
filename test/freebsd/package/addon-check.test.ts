import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addonProblems } from '../../../freebsd/package/addon-check.ts';
import { ADDON, standInAddon } from '../../support/freebsd-addon.ts';

const LINUX = new URL(
  '../../../node_modules/better-sqlite3/prebuilds/linux-x64.node',
  import.meta.url,
);

describe('the check of the SQLite addon', () => {
  it('takes one that needs the base system only', () => {
    assert.deepEqual(addonProblems(standInAddon(), 'amd64'), []);
    assert.deepEqual(addonProblems(standInAddon({ machine: 183 }), 'aarch64'), []);
  });

  it('names what another one needs, gives or takes too much', () => {
    const cases: readonly (readonly [Parameters<typeof standInAddon>[0], RegExp])[] = [
      [{ machine: 183 }, /not for amd64/],
      [{ type: 2 }, /no shared object/],
      [{ needed: ['libc.so.7', 'libc++.so.1'] }, /needs libc\+\+\.so\.1/],
      [{ exported: [...(ADDON.exported ?? []), '_Znwm'] }, /exports _Znwm/],
      [{ exported: [] }, /no Node-API addon/],
      [{ imported: ['_ZN2v87Isolate10GetCurrentEv'] }, /takes _ZN2v8/],
      [{ imported: ['closefrom@FBSD_1.8'] }, /takes closefrom \(FBSD_1\.8\)/],
    ];
    for (const [change, problem] of cases) {
      const problems = addonProblems(standInAddon(change), 'amd64');
      assert.equal(problems.length, 1);
      assert.match(problems.join(), problem);
    }
  });

  it('refuses the addon of Linux', () => {
    assert.match(addonProblems(readFileSync(LINUX), 'amd64').join(), /it needs libc\.so\.6/);
  });

  it('refuses what is no ELF file', () => {
    assert.deepEqual(addonProblems(Buffer.from('no'), 'amd64'), ['this is no ELF file']);
  });
});
