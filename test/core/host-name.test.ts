import assert from 'node:assert/strict';
import { isHostName } from '../../src/core/host-name.ts';

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
