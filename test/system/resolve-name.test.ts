import assert from 'node:assert/strict';
import { HostError } from '../../src/core/errors.ts';
import { resolveName } from '../../src/system/resolve-name.ts';

describe('resolveName', () => {
  it('asks the resolver of the system, which knows localhost', async () => {
    const addresses = await resolveName('localhost');
    assert.ok(addresses.includes('127.0.0.1') || addresses.includes('::1'));
  });

  it('gives each address once, without a zone', async () => {
    const found = ['198.51.100.7', 'fe80::1%em0', '198.51.100.7'].map((address) => ({ address }));
    const addresses = await resolveName('a.example', () => Promise.resolve(found));
    assert.deepEqual(addresses, ['198.51.100.7', 'fe80::1']);
  });

  it('says which name has no address', async () => {
    const unknown = () => Promise.reject(new Error('getaddrinfo ENOTFOUND a.example'));
    await assert.rejects(resolveName('a.example', unknown), (error) => {
      assert.ok(error instanceof HostError);
      assert.match(error.message, /addresses of a\.example: .*ENOTFOUND/);
      return true;
    });
  });

  it('does not wait for a resolver that says nothing', async () => {
    const silent = () => new Promise<never>(() => undefined);
    await assert.rejects(resolveName('a.example', silent, 20), /no answer within/);
  });
});
