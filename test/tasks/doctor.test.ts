import assert from 'node:assert/strict';
import { HostError, PolicyError, PortalError } from '../../src/core/errors.ts';
import type { Finding, HostProbe, Problem } from '../../src/core/ports.ts';
import { groupFindings } from '../../src/tasks/doctor-firewall.ts';
import { AUTO, MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('doctor', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(() => {
    host = openAgentHost(folder());
  });
  afterEach(() => host.agent.close());

  const setUp = (settings = AUTO) =>
    host.agent.add('test', settings, { checkValidIp: false, checkPolicy: true });
  const look = async (name: string): Promise<Finding> => {
    const found = (await host.agent.doctor()).filter((one) => one.name === name);
    assert.equal(found.length, 1, `${found.length} findings of ${name}`);
    return found[0]!;
  };
  const change = (probe: Partial<HostProbe>) => Object.assign(host.ports.host, probe);
  const stateOf = async (name: string) => (await look(name)).state;

  it('says ok of everything when all is as it should be', async () => {
    await setUp();
    host.ports.schedule.beat(host.clock.now());
    const findings = await host.agent.doctor();
    assert.deepEqual(
      findings.filter(({ state }) => state !== 'ok'),
      [],
    );
    assert.deepEqual(
      findings.map(({ name }) => name),
      [
        ...['Node', 'Rights', 'Disk', 'Service', 'Settings', 'Clock', 'Settings service'],
        ...['Policy service', 'Lists', 'Log service', 'Public address'],
        ...['Programs', 'Table size', 'Bridge', 'Firewall', 'Firewall log'],
      ],
    );
    assert.ok(findings.every(({ remedy }) => remedy === ''));
  });

  it('changes nothing', async () => {
    await setUp();
    const before = await host.agent.activity(50);
    await host.agent.doctor();
    assert.deepEqual(await host.agent.activity(50), before);
  });

  it('a device that is not set up is told so, and the host is looked at all the same', async () => {
    const names = (await host.agent.doctor()).map(({ name }) => name);
    assert.deepEqual(names, ['Node', 'Rights', 'Disk', 'Settings']);
    assert.match((await look('Settings')).remedy, /tsadmin add/);
  });

  it('an old Node, missing room and a service that does not run are errors', async () => {
    await setUp();
    assert.equal(await stateOf('Service'), 'error');
    for (const [nodeVersion, state] of [
      ['v20.19.0', 'error'],
      ['v22.17.9', 'error'],
      ['v22.18.0', 'ok'],
      ['v25.0.0', 'ok'],
    ] as const) {
      change({ nodeVersion });
      assert.equal(await stateOf('Node'), state, nodeVersion);
    }
    for (const [mebibytes, state] of [
      [499, 'warning'],
      [49, 'error'],
    ] as const) {
      change({ freeBytes: () => Promise.resolve(mebibytes * 2 ** 20) });
      const finding = await look('Disk');
      assert.deepEqual(
        [finding.state, finding.message.startsWith(`${mebibytes} MiB`)],
        [state, true],
      );
    }
    change({ freeBytes: () => Promise.reject(new HostError('looking at the disk: EIO')) });
    assert.equal(await stateOf('Disk'), 'error');
  });

  it('a service that is not root may have the right it needs, and a log may be in doubt', async () => {
    await setUp();
    Object.assign(host.ports.driver, { dryRun: false });
    change({ userId: 101, hasNetAdmin: true });
    assert.deepEqual(await look('Rights'), {
      ...{ name: 'Rights', state: 'ok', message: 'user 101 with CAP_NET_ADMIN', remedy: '' },
    });
    change({ hasNetAdmin: false });
    assert.equal(await stateOf('Rights'), 'warning');
    const doubt = { message: 'this is a container', remedy: 'Install ulogd2.' };
    const settings = await host.agent.settings();
    const source = host.ports.logSource(settings!.values);
    host.ports.logSource = () => ({ ...source, doubt });
    assert.deepEqual(await look('Firewall log'), {
      ...{ name: 'Firewall log', state: 'warning', ...doubt },
    });
  });

  it('a clock without a time server is an error with web automation only', async () => {
    await setUp();
    change({ isTimeSynced: () => Promise.resolve(false) });
    assert.equal(await stateOf('Clock'), 'error');
    assert.match((await look('Clock')).remedy, /NTP/);
    change({ isTimeSynced: () => Promise.resolve(null) });
    assert.equal(await stateOf('Clock'), 'warning');
    await setUp(MANUAL);
    change({ isTimeSynced: () => Promise.resolve(false) });
    assert.equal(await stateOf('Clock'), 'warning');
  });

  it('a filtered port 53 is an error that names the port that is open', async () => {
    await setUp(MANUAL);
    host.portal.connect = (_host, port) => {
      if (port === 53) throw new PortalError('no connection within 5 s');
    };
    const { state, message, remedy } = await look('Policy service');
    assert.equal(state, 'error');
    assert.equal(message, 'ts-dns.threatstop.com TCP port 53: no connection within 5 s');
    assert.equal(remedy, 'Port 5353 is open: tsadmin config set port=5353.');
    host.portal.connect = () => {
      throw new PortalError('connection refused');
    };
    assert.match((await look('Policy service')).remedy, /TCP port 53 or 5353/);
  });

  it('one of two policy servers that is down is a warning', async () => {
    await setUp({ ...MANUAL, dns_server: '203.0.113.1 203.0.113.2' });
    host.portal.connect = (server) => {
      if (server === '203.0.113.1') throw new PortalError('connection refused');
    };
    const found = (await host.agent.doctor()).filter(({ name }) => name === 'Policy service');
    assert.deepEqual(
      found.map(({ state }) => state),
      ['warning', 'ok'],
    );
  });

  it('each service that fails is told with its reason and remedy, and hides no other', async () => {
    await setUp();
    host.portal.record = () => {
      throw new PortalError('clock differs by 900 s; set NTP.', { remedy: 'Use NTP.' });
    };
    host.portal.policy = () => {
      throw new PolicyError('no such list', { remedy: 'Check the name.' });
    };
    host.portal.logService = () => {
      throw new PortalError('logs.example, by the proxy 10.0.0.1: refused');
    };
    host.portal.address = () => ({ address: '203.0.113.7', authorized: false });
    assert.equal((await look('Settings service')).message, 'clock differs by 900 s; set NTP.');
    assert.equal((await look('Lists')).remedy, 'Check the name.');
    assert.equal(await stateOf('Log service'), 'error');
    assert.match((await look('Public address')).message, /203\.0\.113\.7 is not in the list/);
    assert.equal(await stateOf('Firewall'), 'ok');
  });

  it('a log that is missing, stands still or cannot be read is told', async () => {
    await setUp();
    change({ fileState: () => Promise.resolve(null) });
    assert.match((await look('Firewall log')).message, /there is no \/var\/log\/filter\.log/);
    const old = host.clock.now() - 3 * 86_400_000;
    change({ fileState: () => Promise.resolve({ size: 1, changed: old }) });
    assert.match((await look('Firewall log')).message, /has not grown for 3 days/);
    change({ fileState: () => Promise.reject(new HostError('reading it: EACCES')) });
    assert.equal(await stateOf('Firewall log'), 'error');
  });

  it('problems of the firewall come in lines for programs, table size, bridge and the rest', () => {
    const problem = (code: string, severity: Problem['severity'] = 'error'): Problem => ({
      ...{ code, severity, message: `about ${code}`, remedy: `mend ${code}` },
    });
    const found = groupFindings([
      problem('ipset-missing'),
      problem('conntrack-missing', 'warning'),
      problem('table-too-small'),
      problem('rules-changed'),
    ]);
    assert.deepEqual(
      found.map(({ name, state, message }) => [name, state, message]),
      [
        ['Programs', 'error', 'about ipset-missing'],
        ['Programs', 'warning', 'about conntrack-missing'],
        ['Table size', 'error', 'about table-too-small'],
        ['Bridge', 'ok', 'nothing to do'],
        ['Firewall', 'error', 'about rules-changed'],
      ],
    );
  });
});
