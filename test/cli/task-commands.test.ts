import assert from 'node:assert/strict';
import type { LookupAnswer, UpdateResult } from '../../src/tasks/agent.ts';
import { FirewallError, FormatError } from '../../src/core/errors.ts';
import {
  NOW,
  policyDiff,
  policyRecord,
  protectedStatus,
  runOf,
  updateResult,
} from '../support/cli-agent.ts';
import { tsadmin } from '../support/cli-context.ts';

describe('tsadmin update', () => {
  it('prints what the documents show', async () => {
    const { code, stdout, calls } = await tsadmin(['update']);
    assert.equal(code, 0);
    assert.deepEqual(calls[0], ['update', 'cli:ann', {}]);
    assert.match(
      stdout,
      /^Starting ThreatSTOP v3\.00-01 update on \w{3} Nov 2\d [\d:]{8} \S+ 2026$/m,
    );
    assert.match(stdout, /^Using DNS Server ts-dns\.threatstop\.com$/m);
    assert.match(stdout, /^\nCompleted getting all the lists$/m);
    assert.match(stdout, /^Finished ThreatSTOP update at \w{3} Nov 2\d [\d:]{8} \S+ 2026$/m);
    assert.match(stdout, /^Processing allow list dns\.threatstop\.local$/m);
    assert.match(stdout, /^Processing block list basic\.threatstop\.local$/m);
    assert.match(stdout, /^Adding 26424 blocked addresses\nAdding 3 allowed addresses$/m);
    assert.match(stdout, /^ {2}block table: 26000 entries before, 500 added, 76 removed$/m);
    assert.match(stdout, /^ {2}allow table: new, 3 added, 0 removed$/m);
    assert.match(stdout, /^Run Length: 0 hour\(s\) 0 minute\(s\) 0 second\(s\)$/m);
  });

  it('says that there was nothing to do and ends with 0', async () => {
    const unchanged: UpdateResult = {
      run: runOf('update', 'The policy is unchanged.', 'unchanged'),
      changes: null,
      problems: [],
      notes: [],
    };
    const update = () => Promise.resolve(unchanged);
    const { code, stdout } = await tsadmin(['update'], { agent: { update } });
    assert.equal(code, 0);
    assert.match(stdout, /^The policy is unchanged\.$/m);
    assert.doesNotMatch(stdout, /Adding|Processing/);
  });

  it('prints notes and problems', async () => {
    const update = () =>
      Promise.resolve({
        ...updateResult,
        notes: ['3 prefixes were cut.'],
        problems: [
          { code: 'x', severity: 'warning', message: 'The table is nearly full.', remedy: '' },
        ] as const,
      });
    const { stdout } = await tsadmin(['update'], { agent: { update } });
    assert.match(stdout, /^3 prefixes were cut\.$/m);
    assert.match(stdout, /^warning: The table is nearly full\.$/m);
  });

  it('prints list names without control characters', async () => {
    const policy = { ...policyRecord, blockLists: ['a\u001b[31m'] };
    const status = () => Promise.resolve({ ...protectedStatus, policy });
    const { stdout } = await tsadmin(['update'], { agent: { status } });
    assert.match(stdout, /^Processing block list a\?\[31m$/m);
  });

  it('takes a policy that is held back with --accept', async () => {
    const { calls } = await tsadmin(['update', '--accept']);
    assert.deepEqual(calls[0], ['update', 'cli:ann', { accept: true }]);
  });

  it('only plans with --plan', async () => {
    const { code, stdout, calls } = await tsadmin(['update', '--plan']);
    assert.equal(code, 0);
    assert.deepEqual(calls[0], ['update', 'cli:ann', { plan: true }]);
    assert.match(stdout, /^Would add 26424 blocked addresses$/m);
    assert.match(stdout, /^The policy fits\.$/m);
  });

  it('ends with 1 when the plan could not be applied', async () => {
    const problem = { code: 'x', severity: 'error', message: 'Too big.', remedy: 'Raise it.' };
    const update = () =>
      Promise.resolve({ ...updateResult, problems: [problem] } as unknown as UpdateResult);
    const { code, stdout } = await tsadmin(['update', '--plan'], { agent: { update } });
    assert.equal(code, 1);
    assert.match(stdout, /^error: Too big\. Raise it\.\nThe policy would not be applied\.$/m);
  });

  it('has the changes in JSON', async () => {
    const { stdout } = await tsadmin(['update', '--json']);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(answer['plan'], false);
    assert.deepEqual(answer['changes'], updateResult.changes);
    const planned = await tsadmin(['update', '--plan', '--json']);
    assert.equal((JSON.parse(planned.stdout) as Record<string, unknown>)['plan'], true);
  });
});

describe('tsadmin diff', () => {
  it('prints both policies, the counts and the entries', async () => {
    const { code, stdout, calls } = await tsadmin(['diff']);
    assert.equal(code, 0);
    assert.deepEqual(calls[0], ['diff', 50]);
    assert.match(
      stdout,
      /^threatstop\.local=2026111901 \(.*\) → threatstop\.local=2026112001 \(.*\)$/m,
    );
    assert.match(
      stdout,
      /^block table: 3 added, 1 removed\n\+ 198\.51\.100\.0\/24\n\+ 203\.0\.113\.9\n\+ … and 1 more\n- 203\.0\.113\.8\nallow table: 0 added, 0 removed\n$/m,
    );
  });

  it('asks for all entries with --json, and for as many as --limit says', async () => {
    const { stdout, calls } = await tsadmin(['diff', '--json']);
    assert.deepEqual(calls[0], ['diff', Infinity]);
    const answer = JSON.parse(stdout) as { before: { version: string }; tables: unknown };
    assert.equal(answer.before.version, 'threatstop.local=2026111901');
    assert.deepEqual(answer.tables, policyDiff.tables);
    assert.deepEqual((await tsadmin(['diff', '--limit', '3'])).calls[0], ['diff', 3]);
    assert.equal((await tsadmin(['diff', '--limit', 'x'])).code, 2);
  });

  it('says that there is nothing to compare', async () => {
    const diff = () => Promise.resolve({ after: policyRecord, before: null, tables: [] });
    const { code, stdout } = await tsadmin(['diff'], { agent: { diff } });
    assert.deepEqual([code, stdout], [0, 'There is no policy before this one to compare with.\n']);
  });
});

describe('the actor of a command', () => {
  it('has the address of a person who is logged in by SSH', async () => {
    const environment = { SSH_CONNECTION: '203.0.113.9 52211 192.0.2.1 22' };
    const { calls } = await tsadmin(['update'], { environment });
    assert.deepEqual(calls[0], ['update', 'cli:ann@203.0.113.9', {}]);
    const strange = await tsadmin(['update'], { environment: { SSH_CLIENT: '$(x) 1 2' } });
    assert.deepEqual(strange.calls[0], ['update', 'cli:ann', {}]);
  });
});

describe('tsadmin enable and disable', () => {
  it('start the task and print what it did', async () => {
    const enabled = await tsadmin(['enable']);
    assert.equal(enabled.code, 0);
    assert.match(enabled.stdout, /^The policy is enforced\.\n/);
    assert.ok(enabled.stdout.includes(protectedStatus.protection.sentence));
    const disabled = await tsadmin(['disable']);
    assert.equal(disabled.code, 0);
    assert.equal(disabled.stdout, 'The rules are out.\n');
    assert.deepEqual(disabled.calls, [['disable', 'cli:ann', { insist: true }]]);
  });

  it('have the run in JSON', async () => {
    for (const name of ['enable', 'disable']) {
      const { stdout } = await tsadmin([name, '--json']);
      const { run } = JSON.parse(stdout) as { run: Record<string, unknown> };
      assert.equal(run['task'], name);
    }
  });
});

describe('tsadmin remove', () => {
  it('asks as documented and removes after a yes', async () => {
    const { code, stdout, calls } = await tsadmin(['remove', '--platform=linux'], { typed: ['y'] });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^ {8}ThreatSTOP ts-iptables remove starting @ .*\n\nAre you sure you want to uninstall ThreatSTOP\? \(y\/n\) /,
    );
    assert.match(stdout, /ThreatSTOP was removed\.\n$/);
    assert.deepEqual(calls, [['remove', 'cli:ann']]);
  });

  it('removes nothing after a no', async () => {
    const { code, stdout, calls } = await tsadmin(['remove'], { typed: ['', 'n'] });
    assert.equal(code, 1);
    assert.match(stdout, /Nothing was removed\.\n$/);
    assert.deepEqual(calls, []);
  });

  it('refuses with 2 when it cannot ask', async () => {
    for (const argv of [['remove'], ['remove', '--json']]) {
      const { code, stderr, calls } = await tsadmin(argv);
      assert.equal(code, 2);
      assert.match(stderr, /--silent/);
      assert.deepEqual(calls, []);
    }
  });

  it('asks and prints nothing with --silent', async () => {
    const { code, stdout, calls } = await tsadmin(['remove', '--silent']);
    assert.deepEqual([code, stdout], [0, '']);
    assert.deepEqual(calls, [['remove', 'cli:ann']]);
    const json = await tsadmin(['remove', '--silent', '--json']);
    assert.match(json.stdout, /"outcome": "done"/);
  });
});

describe('tsadmin logs', () => {
  it('prints the sentence of the log service', async () => {
    const { code, stdout } = await tsadmin(['logs']);
    assert.equal(code, 0);
    assert.equal(stdout, 'Log file uploaded successfully for tdid_abcd1234\n');
  });

  it('prints what happened when the service was not asked, and what still waits', async () => {
    const run = runOf('logs', 'There are no new lines.', 'unchanged');
    const logs = () => Promise.resolve({ run, batches: 0, lines: 0, waiting: 4, message: '' });
    const { stdout } = await tsadmin(['logs'], { agent: { logs } });
    assert.equal(stdout, 'There are no new lines.\nLines still waiting: 4\n');
  });

  it('ends with 1 when the run failed', async () => {
    const run = runOf('logs', 'No answer.', 'failed');
    const logs = () => Promise.resolve({ run, batches: 1, lines: 4, waiting: 4, message: '' });
    assert.equal((await tsadmin(['logs'], { agent: { logs } })).code, 1);
  });

  it('prints the sentence without control characters', async () => {
    const run = runOf('logs', '');
    const message = 'ok\u001b]0;owned\u0007';
    const logs = () => Promise.resolve({ run, batches: 1, lines: 1, waiting: 0, message });
    assert.equal((await tsadmin(['logs'], { agent: { logs } })).stdout, 'ok?]0;owned?\n');
  });

  it('has the counts in JSON', async () => {
    const { stdout } = await tsadmin(['logs', '--json']);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([answer['batches'], answer['lines'], answer['waiting']], [1, 7, 0]);
  });
});

describe('tsadmin lookup', () => {
  const answers: readonly (readonly [Partial<LookupAnswer>, RegExp])[] = [
    [{}, /^64\.87\.3\.133 is blocked by 64\.87\.3\.133 \(block list\)\.\n/],
    [
      { verdict: 'allowed', entries: [{ table: 'allow', prefix: '64.0.0.0/8', lists: [] }] },
      /^64\.87\.3\.133 is allowed by 64\.0\.0\.0\/8 \(allow list\)\.\n/,
    ],
    [
      {
        entries: [
          { table: 'block', prefix: '64.87.3.133', lists: ['a.ts', 'b.ts'] },
          { table: 'block', prefix: '64.87.3.0/24', lists: ['c.ts'] },
        ],
        lists: ['a.ts', 'b.ts', 'c.ts'],
      },
      /^64\.87\.3\.133 \(block list\) is in a\.ts, b\.ts\.\n64\.87\.3\.0\/24 \(block list\) is in c\.ts\.$/m,
    ],
    [{ verdict: 'partly' }, / is blocked in part: 64\.87\.3\.133 \(block list\)\.\n/],
    [
      { verdict: 'not-listed', entries: [], enforced: false },
      /^64\.87\.3\.133 is neither blocked nor on the allow list\.\n$/,
    ],
    [
      { since: { version: 'z=1', takenAt: NOW, orEarlier: true } },
      /^In force since 2026-11-2\d [\d:]{8} or longer \(policy z=1\)\.$/m,
    ],
    [{ blockedBefore: false }, /^The policy before did not block it\.$/m],
    [
      { guarded: [{ prefix: '192.0.2.1', reason: 'default gateway' }] },
      /^192\.0\.2\.1 is never blocked \(default gateway\): it was taken out of the block list\.$/m,
    ],
    [
      { hits: { count: 3, first: 1, last: 1_700_000_000_000, trackers: [1770000101] } },
      /^Logged 3 times by rule 1770000101, last /m,
    ],
    [{ enforced: false }, /^The rules are not in place: nothing is blocked now\.$/m],
    [{}, /^The tables were made from: basic\.threatstop\.local$/m],
  ];
  for (const [change, expected] of answers) {
    it(`tells ${JSON.stringify(change)} in a sentence`, async () => {
      const lookup = (query: string): Promise<LookupAnswer> =>
        Promise.resolve({
          query,
          verdict: 'blocked',
          entries: [{ table: 'block', prefix: '64.87.3.133', lists: [] }],
          lists: ['basic.threatstop.local'],
          enforced: true,
          since: null,
          blockedBefore: null,
          hits: null,
          guarded: [],
          ...change,
        });
      const { code, stdout } = await tsadmin(['lookup', '64.87.3.133'], { agent: { lookup } });
      assert.equal(code, 0);
      assert.match(stdout, expected);
    });
  }

  it('is also called why', async () => {
    const lookup = await tsadmin(['lookup', '192.0.2.1', '--json']);
    const why = await tsadmin(['why', '192.0.2.1', '--json']);
    assert.equal(why.stdout, lookup.stdout);
    assert.equal((JSON.parse(why.stdout) as Record<string, unknown>)['verdict'], 'blocked');
  });

  it('looks each address of a host name up', async () => {
    const one = JSON.parse(
      (await tsadmin(['lookup', '198.51.100.7', '--json'])).stdout,
    ) as LookupAnswer;
    const lookupHost = (name: string) =>
      Promise.resolve({ name, addresses: ['198.51.100.7', '2001:db8::1'], answers: [one] });
    const { code, stdout } = await tsadmin(['lookup', 'www.example.com'], {
      agent: { lookupHost },
    });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^www\.example\.com is 198\.51\.100\.7, 2001:db8::1\.\n198\.51\.100\.7 is blocked by/,
    );
  });

  it('ends with 1 for what is no address, prefix or host name', async () => {
    const lookup = () => Promise.reject(new FormatError('"x/y" is no address'));
    const { code, stderr } = await tsadmin(['lookup', 'x/y'], { agent: { lookup } });
    assert.equal(code, 1);
    assert.match(stderr, /"x\/y" is no address/);
  });
});

describe('tsadmin allow, block and revoke', () => {
  for (const words of [
    ['allow', '198.18.0.1', '--for=1x'],
    ['allow', '198.18.0.1/33'],
    ['block', 'example.com'],
    ['revoke', 'x'],
  ]) {
    it(`end with 2 for what cannot be read: ${words.join(' ')}`, async () => {
      const { code, stderr } = await tsadmin(words, { agent: {} });
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`See tsadmin help ${words[0]}`));
    });
  }
});

describe('tsadmin version', () => {
  for (const [platform, product] of [
    ['pfsense', 'ts-pfsense'],
    ['dry-run', 'ts-pfsense'],
    ['linux', 'ts-iptables'],
    ['openbsd', 'ts-pf'],
  ] as const) {
    it(`names ${product} on ${platform} and opens no agent`, async () => {
      const { code, stdout, opened } = await tsadmin(['version', `--platform=${platform}`]);
      assert.equal(code, 0);
      const [banner, version] = stdout.split('\n');
      assert.match(
        banner ?? '',
        new RegExp(
          `^ {8}ThreatSTOP ${product} version starting @ \\w{3} Nov [ \\d]\\d [\\d:]{8} 2026$`,
        ),
      );
      assert.equal(version, `${product} Version: 3.00-01`);
      assert.deepEqual(opened, []);
    });
  }

  it('has a JSON form, and --version as another name', async () => {
    const expected = { product: 'ts-pfsense', release: '3.00-01', platform: 'dry-run' };
    assert.deepEqual(JSON.parse((await tsadmin(['version', '--json'])).stdout), expected);
    assert.deepEqual(JSON.parse((await tsadmin(['--version', '--json'])).stdout), expected);
  });
});

describe('tsadmin update --raise-limit', () => {
  const refused = new FirewallError('pf is limited to 5', { remedy: 'Raise it.' });

  it('makes room for a policy that does not fit, and updates again', async () => {
    let tries = 0;
    const update = () => (tries++ === 0 ? Promise.reject(refused) : Promise.resolve(updateResult));
    const { code, stdout, calls } = await tsadmin(['update', '--raise-limit'], {
      agent: { update },
    });
    assert.equal(code, 0);
    assert.match(stdout, /^Raised the limit of table entries from 5 to 400000\.$/m);
    assert.deepEqual(calls.map(([method]) => method).slice(0, 3), [
      'update',
      'raiseTableLimit',
      'update',
    ]);
  });

  it('touches no limit when the policy fits, or fails for another reason', async () => {
    const fits = await tsadmin(['update', '--raise-limit']);
    assert.ok(!fits.calls.some(([method]) => method === 'raiseTableLimit'));
    const update = () => Promise.reject(new FormatError('no policy'));
    const other = await tsadmin(['update', '--raise-limit'], { agent: { update } });
    assert.equal(other.code, 1);
    assert.ok(!other.calls.some(([method]) => method === 'raiseTableLimit'));
  });

  it('says why when there is nothing to raise', async () => {
    const agent = {
      update: () => Promise.reject(refused),
      raiseTableLimit: () => Promise.resolve(runOf('configure', 'Nothing.', 'unchanged')),
    };
    const { code, stderr } = await tsadmin(['update', '--raise-limit'], { agent });
    assert.equal(code, 1);
    assert.match(stderr, /limited to 5\nRaise it\./);
  });
});
