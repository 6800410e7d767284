import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { announce } from '../../../src/portal/alarms/announce.ts';
import { deliverDue } from '../../../src/portal/alarms/deliver.ts';
import { saveMail, saveWebhook } from '../../../src/portal/model/alarms.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import type { PortalProblem } from '../../../src/portal/tables/problems.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { TestLog } from '../../support/portal.ts';
import { portalCommand } from '../../support/portal-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const MINUTE_MS = 60_000;

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('alarms', () => {
  const folder = temporaryFolder();
  let clock: TestClock;
  let store: Store;
  let hook: Server;
  let posted: Posted[];
  let status: number;
  let url: string;
  const change = () => ({ store, clock, actor: 'test' });
  const problem = (given: Partial<PortalProblem> = {}): PortalProblem => ({
    ...{
      code: 'feed-failed',
      subject: 'drop',
      severity: 'error',
      message: 'The feed drop failed.',
    },
    ...{ remedy: 'Look at it.', since: clock.now(), ...given },
  });
  /** What the housekeeper does each second, a minute later. */
  const turn = async (): Promise<void> => {
    clock.time += MINUTE_MS;
    announce(store, clock.now());
    await deliverDue({ store, clock, log: new TestLog() });
  };
  const events = () =>
    posted.map(({ body }) => {
      const { event, problem: told } = JSON.parse(body) as {
        event: string;
        problem: PortalProblem;
      };
      return `${event} ${told.code}`;
    });

  beforeEach(async () => {
    clock = new TestClock();
    store = openStore(folder());
    posted = [];
    status = 200;
    hook = createServer((request, response) => {
      void text(request).then((body) => {
        posted.push({ headers: request.headers, body });
        response.writeHead(status, { Location: '/elsewhere' }).end();
      });
    });
    hook.listen(0, '127.0.0.1');
    await once(hook, 'listening');
    url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/secret-path`;
  });
  afterEach(() => {
    hook.close();
    hook.closeAllConnections();
    store.close();
  });

  it('are sent once when a problem opens and once when it is gone, signed', async () => {
    const secret = saveWebhook(change(), 'hook', { url });
    store.problems.open(problem());
    await turn();
    await turn();
    assert.deepEqual(events(), ['opened feed-failed']);
    const [{ headers, body }] = posted as [Posted];
    const signed = `${String(headers['x-ts-timestamp'])}.${body}`;
    const signature = createHmac('sha256', secret).update(signed).digest('hex');
    assert.equal(headers['x-ts-signature'], `sha256=${signature}`);
    store.problems.close('feed-failed', 'drop');
    await turn();
    await turn();
    assert.deepEqual(events(), ['opened feed-failed', 'closed feed-failed']);
  });

  it('are not sent for what mends itself at once, nor below the severity that is asked for', async () => {
    saveWebhook(change(), 'hook', { url, severity: 'error' });
    store.problems.open(problem());
    announce(store, clock.now());
    store.problems.close('feed-failed', 'drop');
    store.problems.open(problem({ severity: 'warning', subject: 'other' }));
    await turn();
    assert.deepEqual(events(), []);
  });

  it('are tried again with longer and longer pauses, in order; then the target is a problem', async () => {
    saveWebhook(change(), 'hook', { url });
    store.problems.open(problem());
    status = 302;
    const tries: number[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      const before = posted.length;
      await turn();
      if (posted.length > before) tries.push(minute);
    }
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    assert.deepEqual(
      pauses,
      pauses.toSorted((a, b) => a - b),
    );
    assert.ok(tries.length >= 5 && tries.length <= 8, String(tries));
    assert.ok(store.problems.all().some(({ code }) => code === 'alarm-not-delivered'));
    store.problems.close('feed-failed', 'drop');
    status = 204;
    posted = [];
    clock.time += 60 * MINUTE_MS;
    await turn();
    await turn();
    assert.deepEqual(events(), ['opened feed-failed', 'closed feed-failed']);
    assert.ok(!store.problems.all().some(({ code }) => code === 'alarm-not-delivered'));
    assert.equal(store.alarms.waiting(), 0);
  });

  it('outlive the portal, and one target that is down holds up no other', async () => {
    saveWebhook(change(), 'down', { url: 'http://127.0.0.1:1/' });
    saveWebhook(change(), 'hook', { url });
    store.problems.open(problem());
    clock.time += MINUTE_MS;
    announce(store, clock.now());
    store.close();
    store = openStore(folder());
    await deliverDue({ store, clock, log: new TestLog() });
    assert.deepEqual(events(), ['opened feed-failed']);
    assert.equal(store.alarms.waiting(), 1);
  });

  it('go by mail to a real server, over STARTTLS with a login', async () => {
    const mails: string[] = [];
    const logins: string[] = [];
    const { certificate: cert, key } = makeCertificate('127.0.0.1');
    const server = new SMTPServer({
      ...{ cert, key },
      onAuth: ({ username = '', password = '' }, session, done) => {
        logins.push(`${username} ${password} ${session.secure ? 'TLS' : 'plain'}`);
        if (password === 'right') done(null, { user: username });
        else done(new Error('wrong password'));
      },
      onData: (stream, _session, done) => {
        void buffer(stream).then((mail) => {
          mails.push(mail.toString());
          done();
        });
      },
    });
    const listening = server.listen(0, '127.0.0.1') as unknown as Server;
    await once(listening, 'listening');
    try {
      const { port } = listening.address() as AddressInfo;
      const mail = {
        ...{ server: `smtp://127.0.0.1:${port}`, from: 'portal@example.net' },
        ...{ to: ['admin@example.net'], user: 'portal', password: 'right' },
      };
      saveMail(change(), 'mail', mail);
      store.problems.open(problem({ message: 'Failed.\r\nBcc: victim@example.net' }));
      await turn();
      assert.equal(mails.length, 1);
      assert.match(mails[0] ?? '', /^To: admin@example\.net\r$/m);
      assert.match(mails[0] ?? '', /^Subject: ts-portal: error: Failed\./m);
      assert.doesNotMatch(mails[0] ?? '', /^Bcc:/m);
      assert.deepEqual(logins, ['portal right TLS']);
      saveMail(change(), 'mail', { ...mail, password: 'wrong' });
      const { code, errors } = await portalCommand(folder(), ['alarm', 'test', 'mail'], { clock });
      assert.equal(code, 1);
      assert.match(errors, /mail server did not take it/);
      assert.equal(mails.length, 1);
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });

  it('are set by commands that never show a secret', async () => {
    const file = join(folder(), 'password');
    writeFileSync(file, 'hidden-word\n');
    const run = async (...argv: string[]) => {
      const { code, output, errors } = await portalCommand(folder(), ['alarm', ...argv], {
        clock,
        input: 'typed-secret\n',
      });
      return `${code} ${output}${errors}`;
    };
    assert.match(await run('webhook', 'hook', '--url', url), /^0 secret: [\w-]{43}\n$/);
    assert.equal(await run('webhook', 'second', '--url', url, '--secret', '-'), '0 saved\n');
    assert.match(await run('webhook', 'third', '--url', url, '--secret', 'plain'), /^2 .*@FILE/);
    assert.match(await run('webhook', 'third', '--url', 'file:///etc/passwd'), /^1 /);
    const mail = [
      'mail',
      'mail',
      '--server',
      'smtps://mail.example.net',
      '--from',
      'a@example.net',
    ];
    assert.equal(
      await run(
        ...mail,
        '--to',
        'b@example.net,c@example.net',
        '--user',
        'u',
        '--password',
        `@${file}`,
      ),
      '0 saved\n',
    );
    assert.match(await run(...mail, '--to', 'a@b.c\nBcc:x@y.z'), /^1 .*not a mail address/);
    const shown = `${await run('list')}${await run('list', '--json')}${JSON.stringify(store.audit.latest(50))}`;
    assert.match(shown, /http:\/\/127\.0\.0\.1:\d+\/…/);
    assert.doesNotMatch(shown, /secret-path|typed-secret|hidden-word/);
    assert.equal(await run('test', 'hook'), '0 sent\n');
    assert.equal(await run('remove', 'hook'), '0 removed\n');
    assert.match(await run('test', 'hook'), /^1 .*no alarm target "hook"/);
  });
});
