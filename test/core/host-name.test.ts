import assert from 'node:assert/strict';
import { isHostName, isLoopback } from '../../src/core/host-name.ts';

describe('isHostName', () => {
  for (const name of [
    'www.example.com',
    'localhost',
    'a.b.',
    '_dmarc.example.com',
    '3com.example',
  ]) {
    it(`takes ${name}`, () => assert.equal(isHostName(name), true));
  }
  const others = [
    ...['', '.', 'a..b', '-a.example', 'a-.example', '198.51.100.7', '198.51.100', '2001:db8::1'],
    ...['198.51.100.0/24', 'a b', 'ä.example', '<b>', `${'x'.repeat(64)}.example`],
    `${'x.'.repeat(127)}xx`,
  ];
  for (const text of others) {
    it(`takes "${text.slice(0, 20)}" for no host name`, () =>
      assert.equal(isHostName(text), false));
  }
});

describe('isLoopback', () => {
  it('takes the host itself, by name and by address', () => {
    for (const host of ['localhost', '::1', '127.0.0.1', '127.255.0.99']) {
      assert.equal(isLoopback(host), true, host);
    }
  });

  it('takes no other name or address for it, whatever it begins with', () => {
    const others = ['', '127.0.0.1.example', '127.0.0', '127.0.0.256', '127.0.0.01', '128.0.0.1'];
    for (const host of [...others, '::', '0.0.0.0', 'localhost.example', '1127.0.0.1']) {
      assert.equal(isLoopback(host), false, host);
    }
  });
});
