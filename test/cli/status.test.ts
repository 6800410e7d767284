import assert from 'node:assert/strict';
import type { Protection, Status } from '../../src/tasks/agent.ts';
import { protectedStatus } from '../support/cli-agent.ts';
import { tsadmin, type CliScene } from '../support/cli-context.ts';

function showing(change: Partial<Status>): NonNullable<CliScene['agent']> {
  return { status: () => Promise.resolve({ ...protectedStatus, ...change }) };
}

function protection(state: Protection['state']): Protection {
  return { state, sentence: `It is ${state}.`, remedy: 'Do this.' };
}

describe('tsadmin status', () => {
  it('says first whether the device protects', async () => {
    const { code, stdout } = await tsadmin(['status']);
    assert.equal(code, 0);
    assert.equal(stdout.split('\n')[0], protectedStatus.protection.sentence);
  });

  for (const [state, expected] of [
    ['protected', 0],
    ['disabled', 0],
    ['not-set-up', 0],
    ['not-protecting', 1],
  ] as const) {
    it(`ends with ${expected} when the state is ${state}, with --json too`, async () => {
      const agent = showing({ protection: protection(state) });
      const text = await tsadmin(['status'], { agent });
      assert.equal(text.code, expected);
      assert.match(text.stdout, new RegExp(`^It is ${state}\\.\nDo this\\.\n`));
      assert.equal((await tsadmin(['status', '--json'], { agent })).code, expected);
    });
  }

  it('shows device, lists, tables, runs, portal and hits on one screen', async () => {
    const { stdout } = await tsadmin(['status']);
    for (const line of [
      /^Device +tdid_abcd1234 \(edge\), manual$/m,
      /^Kernel +not touched \(dry run\)$/m,
      /^Block lists +basic\.threatstop\.local$/m,
      /^Policy +threatstop\.local=2026112001, taken [\d: -]+ \(60 s ago\)$/m,
      /^Block table +26424 entries, hash b{16}$/m,
      /^Allow table +3 entries, hash a{16}$/m,
      /^Rules +in place$/m,
      /^Service +running$/m,
      /^Last update +[\d: -]+ \(2 s ago\): The policy is unchanged\.$/m,
      /^Next update +[\d: -]+ \(in 10 min\)$/m,
      /^Last upload +never$/m,
      /^Portal +not reachable: connection refused, asked [\d: -]+ \(5 s ago\)$/m,
      /^Hits +12 in 24 h, 120 collected$/m,
      /^Uploads +113 lines sent, 7 waiting, the oldest for 2 min/m,
    ]) {
      assert.match(stdout, line);
    }
    assert.ok(stdout.split('\n').length <= 24);
  });

  it('shows a device that is not set up', async () => {
    const { stdout } = await tsadmin(['status'], {
      agent: showing({
        device: null,
        policy: null,
        enforced: { tables: { block: null, allow: null }, rulesInPlace: false, problems: [] },
        lists: { block: [], allow: [] },
        portal: { reachable: null, asked: null, reason: '' },
      }),
    });
    assert.match(stdout, /^Device +not set up$/m);
    assert.match(stdout, /^Policy +none yet$/m);
    assert.match(stdout, /^Block table +does not exist$/m);
    assert.match(stdout, /^Rules +not in place$/m);
    assert.match(stdout, /^Portal +not asked yet$/m);
  });

  it('shows a firewall that could not be read, and the problem', async () => {
    const { stdout } = await tsadmin(['status'], {
      agent: showing({
        enforced: null,
        problems: [
          {
            code: 'firewall-unreadable',
            severity: 'error',
            message: 'pfctl failed',
            remedy: 'Run it as root.',
          },
        ],
      }),
    });
    assert.match(stdout, /^Block table +could not be read$/m);
    assert.match(stdout, /^Rules +could not be read$/m);
    assert.match(stdout, /^error: pfctl failed\. Run it as root\.$/m);
  });

  it('colours the sentence on a terminal only, and not with NO_COLOR or on a dumb one', async () => {
    const green = '\u001b[32m';
    assert.ok((await tsadmin(['status'], { typed: [] })).stdout.startsWith(green));
    for (const scene of [
      {},
      { typed: [], terminal: { stdout: false } },
      { typed: [], environment: { NO_COLOR: '1' } },
      { typed: [], environment: { TERM: 'dumb' } },
    ]) {
      assert.equal((await tsadmin(['status'], scene)).stdout.includes('\u001b'), false);
    }
    const emptyVariable = { typed: [], environment: { NO_COLOR: '' } };
    assert.ok((await tsadmin(['status'], emptyVariable)).stdout.startsWith(green));
    assert.equal((await tsadmin(['status', '--json'], { typed: [] })).stdout[0], '{');
  });

  it('prints text from elsewhere without control characters', async () => {
    const hostile = 'a\u001b[2J\u001b]0;x\u0007\r\u009b31m\nb';
    const agent = showing({
      protection: { state: 'not-protecting', sentence: hostile, remedy: hostile },
      lists: { block: [hostile], allow: [hostile] },
      device: { id: hostile, nickname: hostile, type: hostile },
      portal: { reachable: false, asked: null, reason: hostile },
      problems: [{ code: 'x', severity: 'warning', message: hostile, remedy: hostile }],
    });
    for (const argv of [['status'], ['status', '--json']]) {
      const { stdout } = await tsadmin(argv, { agent });

      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    const coloured = await tsadmin(['status'], { agent, typed: [] });
    assert.ok(coloured.stdout.startsWith('\u001b[31ma?[2J?]0;x?31m?b\u001b[0m\n'));
  });

  it('tells which lines are taken and where some are missing', async () => {
    const gap = {
      source: '/var/log/filter.log',
      reason: 'it was emptied',
      bytes: null,
      lines: null,
    };
    const agent = showing({
      logging: { scope: 'policy', maskLocal: true },
      gaps: [{ ...gap, from: Date.UTC(2026, 10, 20, 19), to: Date.UTC(2026, 10, 20, 20) }],
    });
    const { stdout } = await tsadmin(['status'], { agent });
    assert.match(stdout, /^Gap .*\/var\/log\/filter\.log, size not known: it was emptied$/m);
    assert.match(stdout, /^Log lines .*address of the policy; own addresses are left out/m);
    const json = await tsadmin(['status', '--json'], { agent });
    const { gaps, logging } = JSON.parse(json.stdout) as Record<string, unknown>;
    assert.deepEqual(logging, { scope: 'policy', mask_local: true });
    const times = { from: '2026-11-20T19:00:00.000Z', to: '2026-11-20T20:00:00.000Z' };
    assert.deepEqual(gaps, [{ ...gap, ...times }]);
  });

  it('has everything in JSON: snake_case keys, times as RFC 3339', async () => {
    const { stdout } = await tsadmin(['status', '--json']);
    const status = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.keys(status), [
      ...['product', 'version', 'platform', 'now', 'protection', 'dry_run', 'device', 'lists'],
      ...['policy', 'enforced', 'service_running', 'refresh', 'upload', 'portal', 'beacon'],
      ...['exemptions_told', 'hits'],
      ...['logging', 'exemptions', 'gaps', 'awaited', 'problems'],
    ]);
    assert.equal(status['now'], '2026-11-20T20:00:00.000Z');
    assert.deepEqual(Object.keys(status['protection'] ?? {}), ['state', 'sentence', 'remedy']);
    assert.deepEqual(status['enforced'], {
      tables: {
        block: { entries: 26_424, hash: 'b'.repeat(64) },
        allow: { entries: 3, hash: 'a'.repeat(64) },
      },
      rules_in_place: true,
      capacity: null,
    });
    assert.equal(status['policy']?.['taken_at'], '2026-11-20T19:59:00.000Z');
    assert.equal(status['refresh']?.['next'], '2026-11-20T20:10:00.000Z');
    assert.equal(
      (status['refresh']['last'] as Record<string, unknown>)['started'],
      '2026-11-20T19:59:58.500Z',
    );
    assert.equal(status['portal']?.['asked'], '2026-11-20T19:59:55.000Z');
    assert.equal(status['hits']?.['last_day'], 12);
    assert.equal(status['dry_run'], true);
  });
});
