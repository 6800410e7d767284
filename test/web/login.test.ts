import assert from 'node:assert/strict';
import { createLogins, LINK_LIFETIME_MS } from '../../src/web/login.ts';
import { setClock } from '../support/web-page.ts';

function tokenOf(link: string): string {
  return new URL(link).searchParams.get('token') ?? '';
}

describe('web/login', () => {
  it('a link leads to the login page of the base address', () => {
    const link = new URL(createLogins(setClock()).issueLink('http://127.0.0.1:8080'));
    assert.equal(link.origin + link.pathname, 'http://127.0.0.1:8080/login');
    assert.match(tokenOf(link.href), /^[\w-]{43}$/);
  });

  it('a link works once', () => {
    const logins = createLogins(setClock());
    const token = tokenOf(logins.issueLink('http://localhost'));
    assert.equal(logins.redeem(token), true);
    assert.equal(logins.redeem(token), false);
  });

  it('a link ends after 15 minutes', () => {
    const clock = setClock();
    const logins = createLogins(clock);
    const [early, late] = [1, 2].map(() => tokenOf(logins.issueLink('http://localhost')));
    clock.time += LINK_LIFETIME_MS - 1;
    assert.equal(logins.redeem(early!), true);
    clock.time += 1;
    assert.equal(logins.redeem(late!), false);
  });

  it('a token that was never issued, or is empty, opens nothing', () => {
    const logins = createLogins(setClock());
    logins.issueLink('http://localhost');
    assert.equal(logins.redeem(''), false);
    assert.equal(logins.redeem('x'.repeat(43)), false);
  });

  it('of more than 16 open links the oldest ends', () => {
    const logins = createLogins(setClock());
    const tokens = Array.from({ length: 17 }, () => tokenOf(logins.issueLink('http://localhost')));
    assert.deepEqual(
      tokens.map((token) => logins.redeem(token)),
      [false, ...Array.from({ length: 16 }, () => true)],
    );
  });
});
