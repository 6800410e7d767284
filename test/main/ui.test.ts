import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { printed, spawnProgram, tsadmin, tsadminJson } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('tsadmin ui', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let service: ReturnType<typeof spawnProgram> | null;

  beforeEach(() => {
    service = null;
  });
  afterEach(() => stop());

  async function start(settings: Record<string, string>): Promise<string> {
    const file = join(folder(), 'usr/local/etc/threatstop.conf');
    mkdirSync(join(folder(), 'usr/local/etc'), { recursive: true });
    const all = { device_id: 'tdid_1', block_list: 'basic.threatstop.local', ...settings };
    writeFileSync(
      file,
      Object.entries(all)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
      { mode: 0o600 },
    );
    const environment = { TS_ROOT: folder(), TS_PLATFORM: 'dry-run' };
    service = spawnProgram('main/service.js', [], environment);
    const [line] = await printed(service, /the page is on \S+/, 'stderr');
    return line;
  }

  async function stop(): Promise<void> {
    if (service === null) return;
    service.kill('SIGTERM');
    await once(service, 'exit');
    service = null;
  }

  it('prints a link that opens the page of the running service once', async () => {
    const port = await freePort();
    assert.match(
      await start({ ui_address: `127.0.0.1:${port}` }),
      new RegExp(`http://127.0.0.1:${port}`),
    );
    const { link } = (await tsadminJson(folder(), 'ui')) as { link: string };
    assert.equal((await fetch(link, { redirect: 'manual' })).status, 303);
    assert.equal((await fetch(link, { redirect: 'manual' })).status, 403);
  });

  it('says that no service runs', async () => {
    const { code, stderr } = await tsadmin(folder(), 'ui');
    assert.equal(code, 1);
    assert.match(stderr, /the service is not running/);
  });

  it('refuses an address that others reach without a password, and still runs', async () => {
    await start({ ui_address: `0.0.0.0:${await freePort()}` });
    const { code, stderr } = await tsadmin(folder(), 'ui');
    assert.equal(code, 1);
    assert.match(stderr, /no password is set[^]*tsadmin ui --password/);
    const { problems } = (await tsadminJson(folder(), 'status')) as {
      problems: readonly { code: string; message: string; remedy: string }[];
    };
    const told = problems.find(({ code }) => code === 'page-not-served');
    assert.match(told?.message ?? '', /the page is not served: .*no password is set/);
    assert.match(told?.remedy ?? '', /tsadmin ui --password=-/);
  });

  it('with a password serves such an address by TLS, with the certificate whose fingerprint it prints', async () => {
    const port = await freePort();
    await start({ ui_address: `0.0.0.0:${port}` });
    const file = join(folder(), 'new-password');
    writeFileSync(file, 'correct horse battery\n');
    assert.equal((await tsadmin(folder(), 'ui', `--password=@${file}`)).code, 0);
    const stored = join(folder(), 'var/db/threatstop/ui-password');
    assert.equal(statSync(stored).mode & 0o777, 0o600);
    await stop();
    await start({ ui_address: `0.0.0.0:${port}` });
    const { fingerprint } = (await tsadminJson(folder(), 'ui')) as { fingerprint: string };
    const request = httpsGet({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, 401);
    assert.ok(answer.socket instanceof TLSSocket);
    assert.equal(answer.socket.getPeerCertificate().fingerprint256, fingerprint);
  });

  it('takes a password typed twice on a terminal, and does not show it', async () => {
    await start({ ui_address: `127.0.0.1:${await freePort()}` });
    const program = fileURLToPath(new URL('../../bin/tsadmin', import.meta.url));
    const terminal = spawn('script', ['-qec', `${program} ui --password=-`, '/dev/null'], {
      env: { ...process.env, TS_ROOT: folder(), TS_PLATFORM: 'dry-run' },
    });
    let shown = '';
    terminal.stdout.on('data', (data: Buffer) => (shown += data.toString()));
    const ended = once(terminal, 'exit');
    for (const question of ['New password (not shown):', 'Again:']) {
      await until(question, () => shown.includes(question));
      terminal.stdin.write('correct horse battery\r');
    }
    await ended;
    assert.match(shown, /The password is set/);
    assert.doesNotMatch(shown, /horse/);
    assert.ok(existsSync(join(folder(), 'var/db/threatstop/ui-password')));
  });

  it('does not take a password from the arguments, nor a short one', async () => {
    const given = await tsadmin(folder(), 'ui', '--password=correct horse battery');
    assert.equal(given.code, 2);
    await start({ ui_address: `127.0.0.1:${await freePort()}` });
    const file = join(folder(), 'new-password');
    writeFileSync(file, 'short\n');
    const { code, stderr } = await tsadmin(folder(), 'ui', `--password=@${file}`);
    assert.equal(code, 1);
    assert.match(stderr, /Use 10 to 200 characters/);
  });
});
