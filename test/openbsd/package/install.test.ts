/** The archive on an OpenBSD of the test: the steps of the documentation in their order, and back. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTgz } from '../../../openbsd/package/make-tgz.ts';
import { parseTable } from '../../../src/core/prefix-text.ts';
import { PF_CONF } from '../../support/fake-openbsd.ts';
import { linesIn, startIntake } from '../../support/intake-script.ts';
import { NEWSYSLOG, OpenbsdHost } from '../../support/openbsd-host.ts';
import { numberedLine, numberedRecord, pcapHeader } from '../../support/pflog-writer.ts';
import { startPolicyServer } from '../../support/policy-server.ts';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = join(CHECKOUT, 'openbsd/files');

describe('ts-pf.tgz', function () {
  this.timeout(120_000);
  let folder = '';
  let host: OpenbsdHost;
  let policy: Awaited<ReturnType<typeof startPolicyServer>>;
  let intake: Awaited<ReturnType<typeof startIntake>>;
  const unpacked = (name: string): string => join(folder, 'threatstop', name);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-pf-'));
    host = new OpenbsdHost(folder);
    policy = await startPolicyServer();
    intake = await startIntake(null);
    const read = (text: string) => parseTable(Buffer.from(text));
    policy.serve(read('64.87.3.133\n198.51.100.0/24\n'), read('203.0.113.9\n'));
    const archive = await makeTgz({ checkout: CHECKOUT, modified: 1, out: folder });
    execFileSync('tar', ['xzf', archive, '-C', folder]);
  });
  after(async () => {
    await policy.stop();
    await intake.stop();
    rmSync(folder, { recursive: true });
  });

  const configured = (): string =>
    readFileSync(unpacked('threatstop.conf.example'), 'utf8')
      .replace('DNS_SERVERS="192.124.129.42"', 'DNS_SERVERS="127.0.0.1"')
      .replace(/^url=.*/m, `url=${intake.url}`)
      .concat(`port="${policy.port}"\nvalidip_url="${intake.url}"\nsettings_server="127.0.0.1"\n`);

  it('unpacks into one folder, with the scripts of the documentation', () => {
    assert.deepEqual(
      readdirSync(join(folder, 'threatstop'))
        .filter((name) => name !== 'program')
        .sort(),
      [
        ...['install.sh', 'sendlog.sh', 'test.sh', 'threatstop-pf.sh'],
        ...['threatstop.conf.example', 'threatstop.version', 'uninstall.sh'],
      ],
    );
    assert.equal(existsSync(unpacked('program/dist/main/better_sqlite3.node')), false);
  });

  it('wants a threatstop.conf before it does anything', async () => {
    const { code, stderr } = await host.run(unpacked('install.sh'));
    assert.equal(code, 1);
    assert.match(stderr, /Run: cp threatstop\.conf\.example threatstop\.conf/);
    assert.equal(existsSync(join(host.root, 'usr')), false);
  });

  it('asks before it enables pf, and leaves off where node is refused', async () => {
    execFileSync('sh', ['-c', 'cat >"$1"', 'sh', unpacked('threatstop.conf')], {
      input: configured(),
    });
    const { code, stdout, stderr } = await host.run(unpacked('install.sh'), 'n\nn\nn\n');
    assert.equal(code, 1);
    assert.match(stdout, /pf is not enabled\. Enable it now\? \[y\/N\] pf stays as it is/);
    assert.match(stdout, /pflogd is not running\. Enable it now\? \[y\/N\] pflogd stays as it is/);
    assert.match(stderr, /node is needed\. Run: pkg_add node/);
    assert.equal(existsSync(join(host.root, 'usr')), false);
  });

  it('is installed with the messages of the documentation', async () => {
    host.crontab('0 3 * * * /usr/local/bin/mine\n');
    const { code, stdout, stderr } = await host.run(unpacked('install.sh'), 'y\ny\ny\n');
    assert.equal(code, 0, stderr);
    const said = stdout.slice(stdout.indexOf('Copying scripts'));
    assert.equal(
      said,
      `Copying scripts to "/usr/local/sbin"

Copying configuration and version file to "/usr/local/etc"

Changing the newsyslog.conf file to rotate pflog every hour
Adding crontab entry to run the "threatstop-pf.sh" script every hour
and upload the log file with the "sendlog.sh" script every 15mins
  Backing up original crontab to "crontab.pre-threatstop"
  Creating backup of /etc/newsyslog.conf => /etc/newsyslog.conf.pre-threatstop
`,
    );
    assert.match(stdout, /^checking if pf is enabled\n/);
    assert.match(stdout, /^DiG 9\./m);
    assert.equal(host.pf().enabled, true);
    assert.deepEqual(
      host.asked().filter((line) => !line.startsWith('rcctl check')),
      ['rcctl enable pf', 'rcctl enable pflogd', 'rcctl start pflogd', 'pkg_add node'],
    );
  });

  it('changed exactly one line of newsyslog.conf, added three to the crontab, and kept both as they were', () => {
    assert.equal(
      host.read('etc/newsyslog.conf'),
      NEWSYSLOG.replace('/var/log/pflog 600 3 250 * ZB', '/var/log/pflog 600 10 * 1 ZB'),
    );
    assert.equal(host.read('etc/newsyslog.conf.pre-threatstop'), NEWSYSLOG);
    assert.equal(
      host.crontab(),
      `0 3 * * * /usr/local/bin/mine
# ThreatSTOP update
22\t*\t*\t*\t*\t/usr/local/sbin/threatstop-pf.sh
*/15\t*\t*\t*\t*\t/usr/local/sbin/sendlog.sh
`,
    );
    assert.equal(
      host.read('usr/local/etc/crontab.pre-threatstop'),
      '0 3 * * * /usr/local/bin/mine\n',
    );
    assert.equal(statSync(join(host.root, 'usr/local/etc/threatstop.conf')).mode & 0o777, 0o600);
    assert.equal(host.read('usr/local/etc/threatstop.version'), 'ts-pf 3.00-01\n');
  });

  it('is ready: test.sh says so, and says which server is not', async () => {
    const ready = await host.run(unpacked('test.sh'));
    assert.deepEqual(ready, {
      code: 0,
      stdout:
        'DNS Server 127.0.0.1 is ready.\n\nThe test was successful. You are now ready to run the threatstop-pf.sh script.\n',
      stderr: '',
    });
    const conf = host.read('usr/local/etc/threatstop.conf') ?? '';
    host.write('usr/local/etc/threatstop.conf', conf.replace('"basic.', '"nowhere.'));
    const other = await host.run(unpacked('test.sh'));
    host.write('usr/local/etc/threatstop.conf', conf);
    assert.equal(other.code, 1);
    assert.match(other.stdout, /^DNS Server 127\.0\.0\.1 is not ready: it \S+ .*\n/);
  });

  it('threatstop-pf.sh fills the tables and says what the documentation says', async () => {
    const { code, stdout, stderr } = await host.run(`${host.root}/usr/local/sbin/threatstop-pf.sh`);
    assert.equal(code, 0, stdout + stderr);
    assert.match(
      stdout,
      new RegExp(
        String.raw`^Starting ThreatSTOP v3\.00-01 update on \w{3} \w{3} [ \d]\d [\d:]{8} UTC \d{4}

Using DNS Server 127\.0\.0\.1
Processing allow list dns\.threatstop\.local
Processing block list basic\.threatstop\.local

Completed getting all the lists
Adding 2 blocked addresses
Adding 1 allowed addresses
(?:.*\n)*?Reloading pf\.\.\.done

Finished ThreatSTOP update at .*
Run Length: 0 hour\(s\) 0 minute\(s\) \d+ second\(s\)
$`,
      ),
    );
    assert.equal(host.read('var/db/ThreatSTOP-Block.pftable'), '64.87.3.133\n198.51.100.0/24\n');
    const shown = await host.run('pfctl -T show -t ThreatSTOP-Block | grep 64.87.3.133');
    assert.equal(shown.stdout, '   64.87.3.133\n');
  });

  it('takes the rules of the documentation, written by the administrator, for its own', async () => {
    const documented = `table <ThreatSTOP-Block> persist file "${host.root}/var/db/ThreatSTOP-Block.pftable"
table <ThreatSTOP-Allow> persist file "${host.root}/var/db/ThreatSTOP-Allow.pftable"
pass in quick from <ThreatSTOP-Allow>
pass out quick to <ThreatSTOP-Allow>
block drop in log quick from <ThreatSTOP-Block>
block drop out log quick to <ThreatSTOP-Block>
`;
    host.write('etc/pf.conf', `${documented}${PF_CONF}`);
    assert.equal((await host.run(`/sbin/pfctl -f ${host.root}/etc/pf.conf`)).code, 0);
    const update = await host.run(`${host.root}/usr/local/sbin/threatstop-pf.sh`);
    assert.equal(update.code, 0, update.stdout + update.stderr);
    const { code, stdout } = await host.run(`${host.root}/usr/local/sbin/tsadmin status`);
    assert.match(stdout, /^Rules +in place/m);
    assert.equal(code, 0, stdout);
    assert.equal(host.read('etc/pf.conf'), `${documented}${PF_CONF}`);
  });

  it('needs no service: cron does what is to be done, and the doctor says what it does not', async () => {
    const { stdout } = await host.run(`${host.root}/usr/local/sbin/tsadmin doctor`);
    assert.match(stdout, /^warning +Service +it is not running: cron refreshes every hour/m);
    assert.match(stdout, /^warning +Firewall log +there is no \S+\/pflog: pflogd does not run/m);
  });

  it('sendlog.sh uploads the hits of pflog, and says so', async () => {
    const send = `${host.root}/usr/local/sbin/sendlog.sh`;
    host.write('var/log/pflog', pcapHeader());
    assert.equal((await host.run(send)).code, 0);
    appendFileSync(
      join(host.root, 'var/log/pflog'),
      Buffer.concat([numberedRecord(0), numberedRecord(1)]),
    );
    const { code, stdout, stderr } = await host.run(send);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'Log file uploaded successfully for tdid_abcd1234\n');
    const hits = intake.uploads.findLast(({ fields }) => fields['kind'] === 'hits');
    assert.equal(linesIn(hits), `${numberedLine(0)}\n${numberedLine(1)}\n`);
  });

  it('is installed again over itself, with its settings kept', async () => {
    const before = [
      host.crontab(),
      host.read('etc/newsyslog.conf'),
      host.read('usr/local/etc/threatstop.conf'),
    ];
    const { code, stdout } = await host.run(`${unpacked('install.sh')} -y`);
    assert.equal(code, 0);
    assert.match(stdout, /Keeping the threatstop\.conf that is there/);
    assert.deepEqual(
      [host.crontab(), host.read('etc/newsyslog.conf'), host.read('usr/local/etc/threatstop.conf')],
      before,
    );
    assert.equal(host.read('etc/newsyslog.conf.pre-threatstop'), NEWSYSLOG);
  });

  it('goes without a trace, and says which lines of pf.conf are left to the administrator', async () => {
    const { code, stdout, stderr } = await host.run(unpacked('uninstall.sh'));
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Lines of your own in \/etc\/pf\.conf still name the ThreatSTOP tables/);
    assert.equal(host.crontab(), '0 3 * * * /usr/local/bin/mine\n');
    assert.equal(host.read('etc/newsyslog.conf'), NEWSYSLOG);
    assert.deepEqual(host.pf().tables['ThreatSTOP-Block'], []);
    const left = execFileSync('find', [host.root, '-type', 'f'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((path) => path.slice(host.root.length));
    assert.deepEqual(left.sort(), [
      '/etc/newsyslog.conf',
      '/etc/pf.conf',
      '/var/db/ThreatSTOP-Allow.pftable',
      '/var/db/ThreatSTOP-Block.pftable',
      '/var/log/pflog',
    ]);
    assert.equal((await host.run(`/sbin/pfctl -f ${host.root}/etc/pf.conf`)).code, 0);
  });
});

describe('the scripts for OpenBSD', () => {
  it('are plain sh, without a fault that shellcheck or ksh finds', () => {
    const scripts = readdirSync(FILES).map((name) => join(FILES, name));
    const plain = scripts.filter((path) => !path.endsWith('.rc'));
    execFileSync('shellcheck', ['-s', 'sh', ...plain], { stdio: 'pipe' });
    for (const path of scripts) execFileSync('mksh', ['-n', path], { stdio: 'pipe' });
  });
});
