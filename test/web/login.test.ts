import assert from 'node:assert/strict';
import { createLogins, LINK_LIFETIME_MS } from '../../src/web/login.ts';
import { createSessions, SESSION_LIFETIME_MS } from '../../src/web/sessions.ts';
import { createRateLimit } from '../../src/web/rate-limit.ts';
import { setClock } from '../support/web-page.ts';

const FROM = { address: '127.0.0.1', way: 'link' } as const;

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

describe('web/sessions', () => {
  it('a session ends after 12 hours', () => {
    const clock = setClock();
    const sessions = createSessions(clock);
    const id = sessions.open(FROM);
    clock.time += SESSION_LIFETIME_MS - 1;
    assert.notEqual(sessions.find(id), null);
    clock.time += 1;
    assert.equal(sessions.find(id), null);
  });

  it('a closed session and an unknown one are not found', () => {
    const sessions = createSessions(setClock());
    const id = sessions.open(FROM);
    sessions.close(id);
    assert.equal(sessions.find(id), null);
    assert.equal(sessions.find(''), null);
  });

  it('each session has its own form token', () => {
    const sessions = createSessions(setClock());
    const tokens = [sessions.open(FROM), sessions.open(FROM)].map((id) => sessions.find(id)?.csrf);
    assert.notEqual(tokens[0], tokens[1]);
  });

  it('of more than 100 sessions the oldest ends', () => {
    const sessions = createSessions(setClock());
    const ids = Array.from({ length: 101 }, () => sessions.open(FROM));
    assert.equal(sessions.find(ids[0]!), null);
    assert.notEqual(sessions.find(ids[1]!), null);
  });
});

describe('web/rate-limit', () => {
  it('stops a key at the limit until its window ends, and no other key', () => {
    const clock = setClock();
    const limit = createRateLimit(clock, { limit: 2, windowMs: 1000 });
    limit.count('a');
    assert.equal(limit.allows('a'), true);
    limit.count('a');
    assert.equal(limit.allows('a'), false);
    assert.equal(limit.allows('b'), true);
    clock.time += 1000;
    assert.equal(limit.allows('a'), true);
  });
});
