import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PortalError } from '../../src/core/errors.ts';
import { checkValidIp } from '../../src/upstream/valid-ip.ts';

const IN = 'Your IP address: 192.0.2.7\nAddress is in the list of authorized hosts\n';
const NOT_IN = 'Your IP address: 2001:db8::7\r\nAddress is not in the list of authorized hosts\r\n';

describe('address check', () => {
  let server: http.Server;
  let answer: http.RequestListener;
  let base: string;

  beforeEach(async () => {
    server = http.createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function check(path = '/cgi-bin/validip.pl') {
    return checkValidIp(base + path, { timeoutMs: 500 });
  }

  it('tells the address and whether it is authorized', async () => {
    answer = (_request, response) => response.end(IN);
    assert.deepEqual(await check(), { address: '192.0.2.7', authorized: true });
    answer = (_request, response) => response.end(NOT_IN);
    assert.deepEqual(await check(), { address: '2001:db8::7', authorized: false });
  });

  it('refuses text that is not the one of the check', async () => {
    for (const text of [
      '',
      '<html>Your IP address: 192.0.2.7</html>',
      'Your IP address: 192.0.2.7\n',
      'Your IP address: nobody\nAddress is in the list of authorized hosts\n',
      'Address is in the list of authorized hosts\n',
    ]) {
      answer = (_request, response) => response.end(text);
      await assert.rejects(check(), /answered with something else/);
    }
  });

  it('refuses an error status, a body above 4 KB and silence', async () => {
    answer = (_request, response) => response.writeHead(500).end(IN);
    await assert.rejects(check(), /status 500/);
    answer = (_request, response) => response.end(IN + ' '.repeat(4_096));
    await assert.rejects(check(), PortalError);
    answer = () => undefined;
    await assert.rejects(check(), /did not answer within 0\.5 s/);
  });

  it('follows a redirect on the same host, never to another one, and not for ever', async () => {
    answer = (request, response) => {
      if (request.url === '/new') response.end(IN);
      else response.writeHead(302, { location: '/new' }).end();
    };
    assert.equal((await check()).authorized, true);
    answer = (_request, response) =>
      response.writeHead(302, { location: 'http://localhost:1/' }).end();
    await assert.rejects(check(), /redirects to another host, localhost/);
    answer = (request, response) => response.writeHead(302, { location: request.url }).end();
    await assert.rejects(check(), /redirects more than 3 times/);
  });

  it('says that nobody listens', async () => {
    await assert.rejects(checkValidIp('http://127.0.0.1:1/'), /the connection is refused/);
  });
});
