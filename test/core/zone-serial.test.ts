import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isNewerSerial, olderZones, versionOf, zonesIn } from '../../src/core/zone-serial.ts';

const serial = fc.integer({ min: 0, max: 0xffffffff });

describe('serials of zones', () => {
  it('compare as RFC 1982 §3.2 says, over the end of their numbers too', () => {
    const newer: readonly (readonly [number, number])[] = [
      [1, 0],
      [44, 0],
      [0, 0xffffffff],
      [100, 0xffffff00],
      [0x7fffffff, 0],
      [0x80000000, 1],
    ];
    for (const [one, other] of newer) {
      assert.ok(isNewerSerial(one, other), `${one} is newer than ${other}`);
      assert.ok(!isNewerSerial(other, one), `${other} is not newer than ${one}`);
    }
    assert.ok(!isNewerSerial(0x80000000, 0) && !isNewerSerial(0, 0x80000000));
  });

  it('are never both newer, and any step below 2^31 is forward', () => {
    fc.assert(
      fc.property(serial, fc.integer({ min: 1, max: 0x7fffffff }), (from, step) => {
        const to = (from + step) >>> 0;
        assert.ok(isNewerSerial(to, from) && !isNewerSerial(from, to));
      }),
    );
  });

  it('of a version are those it was made of', () => {
    const zones = new Map([
      ['threatstop.local', 4_294_967_295],
      ['a.example', 0],
    ]);
    assert.equal(versionOf(zones), 'a.example=0 threatstop.local=4294967295');
    assert.deepEqual(zonesIn(versionOf(zones)), zones);
    assert.deepEqual(zonesIn(''), new Map());
  });

  it('that went back are named; new and lost zones have no serial before', () => {
    assert.deepEqual(olderZones('a=5 b=7', 'a=4 b=8'), [{ zone: 'a', before: 5, after: 4 }]);
    assert.deepEqual(olderZones('a=4294967295', 'a=1'), []);
    assert.deepEqual(olderZones('a=1', 'a=4294967295'), [
      { zone: 'a', before: 1, after: 4_294_967_295 },
    ]);
    assert.deepEqual(olderZones('a=5', 'b=1'), []);
    assert.deepEqual(olderZones('a=5', 'a=5'), []);
  });
});
