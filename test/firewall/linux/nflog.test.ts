/** Dropped packets by NFLOG to a real ulogd, in a host whose kernel log is silent. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKernelLine } from '../../../src/core/log-line-kernel.ts';
import { chainRules, NFLOG_GROUP } from '../../../src/firewall/linux/rules.ts';
import { CHECKOUT } from '../../support/linux-packages.ts';
import { DEFAULT_OPTIONS } from '../../support/linux-firewall.ts';
import { bridgedLab, enforce, POLICY, routedLab, type Lab } from '../../support/packet-lab.ts';
import { until } from '../../support/until.ts';

const CONFIGURATION = join(CHECKOUT, 'linux/root/usr/share/ts-iptables/ulogd.conf');
const LOG = '/var/log/threatstop/threatstop.log';

describe('a Linux firewall that logs by NFLOG', function () {
  this.timeout(60_000);
  let lab: Lab;
  afterEach(() => lab.remove());

  async function protect(open: () => Promise<Lab>): Promise<void> {
    lab = await open();
    lab.firewall.options = { ...DEFAULT_OPTIONS, logTo: 'nflog' };
    await enforce(lab, POLICY);
    await lab.firewall.driver.enable();
  }

  /** Our configuration of ulogd, with a log of the test's own. @returns the log */
  function startUlogd(): string {
    const { folder, host } = lab.firewall;
    const log = join(folder, 'threatstop.log');
    const text = readFileSync(CONFIGURATION, 'utf8');
    assert.ok(text.includes(LOG));
    writeFileSync(join(folder, 'ulogd.conf'), text.replace(LOG, log));
    host.start('ulogd', '--configfile', join(folder, 'ulogd.conf'));
    return log;
  }

  async function codes(): Promise<readonly string[]> {
    return (await lab.firewall.driver.verify()).problems.map(({ code }) => code);
  }

  async function linesIn(log: string): Promise<readonly string[]> {
    await until('packets of both IP versions are logged', () => {
      for (const { from, source, destination } of lab.paths) {
        from.order('udp', source, destination, 'x');
      }
      const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
      return text.includes('DST=198.18.0.66') && text.includes('DST=fd66::5');
    });
    return readFileSync(log, 'utf8').split('\n').slice(0, -1);
  }

  it('says that nobody reads the packets until ulogd does, and has the rules it wants', async () => {
    await protect(routedLab);
    const { rulesInPlace } = await lab.firewall.driver.verify();
    assert.equal(rulesInPlace, true);
    assert.deepEqual(await codes(), ['nflog-not-read']);
    startUlogd();
    await until('ulogd reads', async () => (await codes()).length === 0);
  });

  it('has a line for what it drops, in both directions and IP versions', async () => {
    await protect(routedLab);
    const lines = await linesIn(startUlogd());
    for (const line of lines) assert.notEqual(parseKernelLine(line), null, line);
    const directions = new Set(lines.map((line) => parseKernelLine(line)?.direction));
    assert.deepEqual(directions, new Set(['out', null, 'in']));
  });

  it('has a line for bridged packets, with the bridge instead of its ports', async () => {
    await protect(bridgedLab);
    const lines = await linesIn(startUlogd());
    const packet = parseKernelLine(lines.find((line) => line.includes('DST=198.18.0.66'))!);
    assert.deepEqual([packet?.interface, packet?.direction], ['br0', null]);
  });

  it('has the group that the configuration of ulogd reads', async () => {
    await protect(routedLab);
    assert.match(readFileSync(CONFIGURATION, 'utf8'), new RegExp(`^group=${NFLOG_GROUP}$`, 'm'));
    const rules = chainRules({ ...lab.firewall.options, logOptions: '--log-uid' }, 4).join('\n');
    assert.doesNotMatch(rules, /-j LOG|--log-uid/);
  });
});
