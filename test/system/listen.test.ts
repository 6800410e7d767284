import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { listenOn } from '../../src/system/listen.ts';

const hello: RequestListener = (_request, response) => {
  response.end('hello');
};

async function statusOf(socketPath: string): Promise<number | undefined> {
  const [answer] = (await once(get({ socketPath, path: '/' }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('system/listen', () => {
  let dir: string;
  let socketPath: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ts-listen-'));
    socketPath = join(dir, 'page.sock');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('a socket is made for its owner only, answers, and is gone after close', async () => {
    const before = process.umask(0o022);
    const listening = await listenOn(hello, { socketPath });
    assert.equal(listening.address, socketPath);
    assert.equal((await stat(socketPath)).mode & 0o777, 0o600);
    assert.equal(process.umask(before), 0o022);
    assert.equal(await statusOf(socketPath), 200);
    await listening.close();
    await assert.rejects(stat(socketPath), { code: 'ENOENT' });
  });

  it('a socket that a killed process left is replaced', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    assert.ok((await stat(socketPath)).isSocket());
    const listening = await listenOn(hello, { socketPath });
    assert.equal(await statusOf(socketPath), 200);
    await listening.close();
  });

  it('a socket that another service answers on stays', async () => {
    const first = await listenOn(hello, { socketPath });
    await assert.rejects(listenOn(hello, { socketPath }), (error: unknown) => {
      assert.ok(error instanceof HostError);
      assert.match(error.message, /page\.sock: another service answers on it/);
      return true;
    });
    assert.equal(await statusOf(socketPath), 200);
    await first.close();
  });

  it('a file that is no socket stays', async () => {
    await writeFile(socketPath, 'data');
    await chmod(socketPath, 0o640);
    await assert.rejects(listenOn(hello, { socketPath }), /is not a socket/);
    assert.equal((await stat(socketPath)).size, 4);
  });

  it('a folder that does not exist is said', async () => {
    await assert.rejects(listenOn(hello, { socketPath: join(dir, 'none', 'x.sock') }), HostError);
  });

  it('loopback with port 0 takes a free port and says which', async () => {
    const listening = await listenOn(hello, { host: '127.0.0.1', port: 0 });
    assert.match(listening.address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await (await fetch(listening.address)).text(), 'hello');
    await listening.close();
  });

  it('a port in use is said', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(address !== null && typeof address === 'object');
    await assert.rejects(listenOn(hello, { host: '127.0.0.1', port: address.port }), /EADDRINUSE/);
    other.close();
  });

  it('close ends kept-alive connections at once', async () => {
    const listening = await listenOn(hello, { host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    const [answer] = (await once(get(listening.address, { agent }), 'response')) as [
      IncomingMessage,
    ];
    answer.resume();
    await once(answer, 'end');
    const started = performance.now();
    await listening.close();
    assert.ok(performance.now() - started < 1000);
    agent.destroy();
  });
});
