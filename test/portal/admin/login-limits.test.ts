import assert from 'node:assert/strict';
import { createLoginLimits } from '../../../src/portal/admin/login-limits.ts';
import { TestClock } from '../../support/test-clock.ts';

const times = (count: number, work: (at: number) => boolean): boolean[] =>
  Array.from({ length: count }, (_, at) => work(at));

describe('the limits of the login', () => {
  it('hold for an address, and for all of an IPv6 network together', () => {
    const limits = createLoginLimits(new TestClock());
    assert.ok(times(10, () => limits.tryFrom('203.0.113.1')).every(Boolean));
    assert.equal(limits.tryFrom('203.0.113.1'), false);
    assert.equal(limits.tryFrom('203.0.113.2'), true);
    assert.ok(times(10, (at) => limits.tryFrom(`2001:db8:1:2::${at}`)).every(Boolean));
    assert.equal(limits.tryFrom('2001:db8:1:2:ffff::1'), false);
    assert.equal(limits.tryFrom('2001:db8:1:3::1'), true);
    assert.equal(limits.tryFrom('fe80::1%eth0'), true);
  });

  it('hold for a name, wherever the tries come from', () => {
    const clock = new TestClock();
    const limits = createLoginLimits(clock);
    assert.ok(times(50, () => limits.tryAs('ann')).every(Boolean));
    assert.equal(limits.tryAs('ann'), false);
    clock.time += 600_001;
    assert.equal(limits.tryAs('ann'), true);
  });

  it('cannot be washed away by thousands of other names', () => {
    const limits = createLoginLimits(new TestClock());
    times(50, () => limits.tryAs('ann'));
    times(5_000, (at) => limits.tryAs(`other${at}`));
    assert.equal(limits.tryAs('ann'), false);
  });

  it('begin anew with the right password', () => {
    const limits = createLoginLimits(new TestClock());
    times(10, () => limits.tryFrom('203.0.113.1') && limits.tryAs('ann'));
    limits.succeeded('203.0.113.1', 'ann');
    assert.ok(times(10, () => limits.tryFrom('203.0.113.1')).every(Boolean));
    assert.ok(times(50, () => limits.tryAs('ann')).every(Boolean));
  });
});
