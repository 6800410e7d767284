import assert from 'node:assert/strict';
import { createSessions, SESSION_LIFETIME_MS } from '../../src/site/sessions.ts';
import { createRateLimit } from '../../src/site/rate-limit.ts';
import { setClock } from '../support/web-page.ts';

const FROM = { address: '127.0.0.1', way: 'link' } as const;

describe('site/sessions', () => {
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

describe('site/rate-limit', () => {
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
