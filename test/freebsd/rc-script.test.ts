import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SCRIPT = fileURLToPath(
  new URL('../../freebsd/usr/local/etc/rc.d/threatstop.sh', import.meta.url),
);

/** Programs the script calls, below `/usr/local`. `daemon` is FreeBSD's own; this one runs nothing but a sleep. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'bin/php': '[ "$1" != -r ] || exec /usr/bin/php "$@"; echo "php $*" >> /var/run/calls',
  'sbin/daemon': `echo "daemon $* \${HTTPS_PROXY:-}" >> /var/run/calls
setsid sleep 60 >/dev/null 2>&1 &
echo $! > /var/run/threatstop.pid
echo $! > /var/run/threatstop-child.pid`,
  'sbin/read_xml_tag.sh': '[ ! -f /var/run/proxy ] || sed -n "s,^$2=,,p" /var/run/proxy',
  'libexec/ts-pfsense/find-node':
    '[ ! -f /var/run/no-node ] || { echo "there is no Node" >&2; exit 1; }',
};

describe('the start script', () => {
  const folder = temporaryFolder();
  const run = () => join(folder(), 'run');

  beforeEach(() => {
    mkdirSync(run());
    for (const [name, text] of Object.entries(PROGRAMS)) {
      const path = join(folder(), 'local', name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
  });

  /** Runs shell lines that call the script as `$rc`, with `/var/run` and `/usr/local` of the test. */
  function shell(lines: string) {
    const mounts =
      'mount --bind "$1" "$(readlink -f /var/run)" && mount --bind "$2" /usr/local && rc="sh $3" && exec 2>&1 && ';
    const { stdout } = spawnSync(
      'unshare',
      [
        '-m',
        '-p',
        '-f',
        '--kill-child',
        '--mount-proc',
        'sh',
        '-c',
        `${mounts} { ${lines}\n}`,
        'sh',
        run(),
        join(folder(), 'local'),
        SCRIPT,
      ],
      { encoding: 'utf8' },
    );
    return stdout;
  }
  const calls = (): string[] => readFileSync(join(run(), 'calls'), 'utf8').trim().split('\n');

  it('registers the package, then starts the service under daemon(8)', () => {
    assert.equal(
      shell('$rc start; echo $?; $rc status | sed "s/[0-9]\\{1,\\}/N/"'),
      '0\nthreatstop is running as pid N.\n',
    );
    const [register, daemon] = calls();
    assert.match(register ?? '', /^php -f \/usr\/local\/pkg\/threatstop\/command\.php register$/);
    assert.match(
      daemon ?? '',
      /^daemon -f -r .*-P \/var\/run\/threatstop\.pid .*\/usr\/local\/bin\/ts-service/,
    );
  });

  it('starts once, and stops whether it runs or not', () => {
    assert.equal(
      shell('$rc start; $rc start; $rc stop; $rc stop; echo $?; $rc status'),
      '0\nthreatstop is not running.\n',
    );
    assert.equal(calls().filter((call) => call.startsWith('daemon')).length, 1);
    assert.ok(!existsSync(join(run(), 'threatstop.pid')));
  });

  it('takes a pid file that a killed service left for what it is', () => {
    shell('echo 99999 > /var/run/threatstop.pid; $rc start; $rc stop');
    assert.equal(calls().filter((call) => call.startsWith('daemon')).length, 1);
  });

  it('says why it cannot start, and starts when it can', () => {
    writeFileSync(join(run(), 'no-node'), '');
    assert.equal(shell('$rc start; echo $?'), 'there is no Node\n1\n');
    assert.match(shell('rm /var/run/no-node; $rc start; $rc status; $rc stop'), /is running/);
  });

  it('gives the service the proxy of pfSense, in its environment only', () => {
    const proxy =
      'system/proxyurl=proxy.example\nsystem/proxyport=3128\nsystem/proxyuser=u\nsystem/proxypass=p@:/\n';
    writeFileSync(join(run(), 'proxy'), proxy);
    shell('$rc start; $rc stop');
    const daemon = calls().find((call) => call.startsWith('daemon')) ?? '';
    assert.ok(daemon.endsWith('/usr/local/bin/ts-service http://u:p%40%3A%2F@proxy.example:3128'));
  });

  it('refuses a word it does not know', () => {
    assert.match(shell('$rc nonsense; echo $?'), /usage: .*start\|stop[^]*64\n$/);
  });
});
