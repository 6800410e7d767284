import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createStampReader, type ZoneOffset } from '../../src/core/log-time.ts';

const UTC: ZoneOffset = () => 0;
const HOUR = 3_600_000;
/** Central Europe in 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC. */
const BERLIN: ZoneOffset = (time) =>
  time >= Date.UTC(2026, 2, 29, 1) && time < Date.UTC(2026, 9, 25, 1) ? 120 : 60;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function bsdStamp(time: number, zone: ZoneOffset): string {
  const local = new Date(time + zone(time) * 60_000);
  const day = String(local.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[local.getUTCMonth()] ?? ''} ${day} ${local.toISOString().slice(11, 19)}`;
}

describe('createStampReader', () => {
  it('reads the stamps of RFC 5424 with their zone', () => {
    const read = createStampReader(0, BERLIN);
    assert.equal(read('2026-01-02T03:04:05.678901+01:00'), Date.UTC(2026, 0, 2, 2, 4, 5, 678));
    assert.equal(read('2026-01-02T03:04:05Z'), Date.UTC(2026, 0, 2, 3, 4, 5));
  });

  it('gives a stamp without year the year that is not in the future', () => {
    const read = createStampReader(Date.UTC(2026, 0, 1, 0, 5), UTC);
    assert.equal(read('Dec 31 23:59:59'), Date.UTC(2025, 11, 31, 23, 59, 59));
    assert.equal(read('Jan  1 00:00:01'), Date.UTC(2026, 0, 1, 0, 0, 1));
  });

  it('takes a stamp a little ahead of our clock for now, also over new year', () => {
    const read = createStampReader(Date.UTC(2025, 11, 31, 23, 59, 50), UTC);
    assert.equal(read('Jan  1 00:00:03'), Date.UTC(2026, 0, 1, 0, 0, 3));
  });

  it('finds the leap year of a 29 February', () => {
    const read = createStampReader(Date.UTC(2027, 5, 1), UTC);
    assert.equal(read('Feb 29 12:00:00'), Date.UTC(2024, 1, 29, 12));
  });

  it('reads both passes of the hour that the change to winter time repeats, live', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30);
    const second = first + HOUR;
    assert.equal(bsdStamp(first, BERLIN), bsdStamp(second, BERLIN));
    assert.equal(createStampReader(first + 5_000, BERLIN)('Oct 25 02:30:00'), first);
    assert.equal(createStampReader(second + 5_000, BERLIN)('Oct 25 02:30:00'), second);
  });

  it('reads both passes of that hour in a backlog', () => {
    const begin = Date.UTC(2026, 9, 24, 23, 50);
    const times = Array.from({ length: 20 }, (_, i) => begin + i * 600_000);
    const read = createStampReader(Date.UTC(2026, 9, 26), BERLIN);
    assert.deepEqual(
      times.map((time) => read(bsdStamp(time, BERLIN))),
      times,
    );
  });

  it('reads a stamp in the hour that summer time skips', () => {
    const read = createStampReader(Date.UTC(2026, 3, 1), BERLIN);
    assert.equal(read('Mar 29 02:30:00'), Date.UTC(2026, 2, 29, 1, 30));
    assert.equal(read('Mar 29 03:30:00'), Date.UTC(2026, 2, 29, 1, 30));
  });

  it('reads back any moment of the last 300 days but those of the repeated hour', () => {
    const now = Date.UTC(2026, 10, 20);
    const repeated = Date.UTC(2026, 9, 25, 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 * 86_400 }), (seconds) => {
        const time = now - seconds * 1000;
        fc.pre(time < repeated || time >= repeated + 2 * HOUR);
        assert.equal(createStampReader(now, BERLIN)(bsdStamp(time, BERLIN)), time);
      }),
    );
  });

  it('is null for text that is no stamp', () => {
    const read = createStampReader(0, UTC);
    for (const text of [
      '',
      'Foo 20 03:04:05',
      'Nov 20 03:04',
      '2026-13-40T00:00:00Z',
      'Feb 31 00:00:00',
    ]) {
      assert.equal(read(text), null, text);
    }
  });
});
