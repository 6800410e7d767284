/** One dropped packet on its whole way: the kernel's line, rsyslog, the agent, the portal's count, the device's page. */
import assert from 'node:assert/strict';
import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DebianHost } from '../support/debian-host.ts';
import { CHECKOUT, makeNodePackage, makeTestDeb } from '../support/linux-packages.ts';
import { printed } from '../support/programs.ts';
import { until } from '../support/until.ts';

const PORTAL = join(CHECKOUT, 'bin/ts-portal');
const LOG = '/var/log/threatstop/threatstop.log';
/** Without it the kernel logs only what the first network namespace drops. */
const LOG_ALL = '/proc/sys/net/netfilter/nf_log_all_netns';
/** Opens a login link and then a page, as a browser does. */
const BROWSE = `
const login = await fetch(process.argv[1], { redirect: 'manual' });
const cookie = login.headers.get('set-cookie').split(';')[0];
const page = await fetch(new URL(process.argv[2], process.argv[1]), { headers: { cookie } });
process.stdout.write(await page.text());`;

describe('a packet that a Linux device drops', function () {
  this.timeout(600_000);
  let folder = '';
  let debian: DebianHost;
  let portal: ChildProcess;
  let device = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-hit-'));
    debian = new DebianHost();
    for (const file of [await makeTestDeb(folder), makeNodePackage(folder)]) {
      cpSync(file, join(debian.root, 'srv', basename(file)));
    }
    await debian.boot();
    debian.must('apt-get install -y --no-install-recommends /srv/*.deb');
    portal = debian.spawnInNetwork(PORTAL, 'serve', '--state', join(folder, 'portal'));
    await printed(portal, /The portal is ready/);
    writeFileSync(join(folder, 'list'), '198.18.77.66\n203.0.113.0/24\n');
    order('list', 'set', 'ours', join(folder, 'list'));
    order('policy', 'add', 'office', '--block', 'ours');
    const made = order('device', 'add', '--policy', 'office', '--address', '127.0.0.1');
    device = /tdid_[0-9a-f]+/.exec(made)![0];
    debian.must(`${/^tsadmin add .*$/m.exec(made)![0]}; tsadmin enable`);
    debian.must(`
      ip link add out type veth peer name far; ip link set far up
      ip address add 198.18.0.1/24 dev out; ip link set out up; ip route add default dev out`);
  });
  after(async () => {
    const ended = once(portal, 'exit');
    portal.kill('SIGTERM');
    await ended;
    await debian.remove();
    rmSync(folder, { recursive: true });
  });

  function order(...args: readonly string[]): string {
    return execFileSync(PORTAL, [...args, '--state', join(folder, 'portal')], { encoding: 'utf8' });
  }

  /** Drops until the line is in the file: other tests may switch the kernel's log off again. */
  async function dropOne(): Promise<void> {
    const before = readFileSync(LOG_ALL, 'utf8');
    const known = linesOf().length;
    try {
      await until(
        'the line is in the log',
        () => {
          writeFileSync(LOG_ALL, '1');
          debian.do(`bash -c 'echo >/dev/udp/198.18.77.66/4711'; sleep 0.5`);
          return linesOf().length > known;
        },
        60_000,
      );
    } finally {
      writeFileSync(LOG_ALL, before);
    }
  }

  function linesOf(): readonly string[] {
    const text = debian.do(`cat ${LOG}`).text;
    return text.split('\n').filter((line) => /DST=198\.18\.77\.66 .* DPT=4711 /.test(line));
  }

  async function page(path: string): Promise<string> {
    const link = debian.must('tsadmin ui').trim();
    const args = ['--input-type=module', '-e', BROWSE, link, path];
    const browser = debian.spawnInNetwork(process.execPath, ...args);
    let text = '';
    browser.stdout!.on('data', (data: Buffer) => (text += data.toString()));
    await once(browser, 'close');
    return text;
  }

  it('is a line of threatstop.log, a hit of the portal and a row of the page', async () => {
    await dropOne();
    assert.match(
      linesOf()[0]!,
      /ThreatSTOP-TSblock IN= OUT=out SRC=198\.18\.0\.1 DST=198\.18\.77\.66 /,
    );
    // The service may have sent the first line by itself; a line from before its first look is not a hit.
    await until(
      'a line is uploaded',
      async () => {
        await dropOne();
        debian.must('tsadmin logs');
        return existsSync(join(folder, 'portal/hits.db'));
      },
      120_000,
    );
    const hits = new Sqlite(join(folder, 'portal/hits.db'), { readonly: true });
    const counted = () =>
      hits
        .prepare(
          "SELECT count(*) AS n, min(action) AS action, min(direction) AS direction FROM report_hits WHERE device = ? AND remote = '198.18.77.66' AND port = 4711",
        )
        .get(device) as { n: number };
    await until(
      'the portal counts the hit',
      async () => {
        if (counted().n > 0) return true;
        await dropOne();
        debian.must('tsadmin logs');
        return counted().n > 0;
      },
      120_000,
    );
    const { n, ...how } = counted();
    assert.ok(n <= linesOf().length, `${n} hits of ${linesOf().length} lines`);
    assert.deepEqual(how, { action: 'block', direction: 'out' });
    const hours = hits.prepare('SELECT sum(hits) AS n FROM report_hours WHERE device = ?');
    assert.ok((hours.get(device) as { n: number }).n >= n);
    hits.close();

    const shown = await page('/hits');
    assert.match(shown, /198\.18\.77\.66/);
    assert.match(shown, /4711/);
  });
});
