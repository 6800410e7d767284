import assert from 'node:assert/strict';
import { reportChart, stepOf } from '../../../src/portal/admin/report-chart.ts';

const DAY_MS = 86_400_000;
const DAY = Date.UTC(2026, 10, 20);
const span = (time: number, blockedIn: number) => ({
  ...{ time, blockedIn, blockedOut: 0, passedIn: 0, passedOut: 0 },
});

describe('the chart of hits', () => {
  it('has a bar for each hour up to three days, else for each day, also for those without hits', () => {
    const hours = reportChart([span(DAY, 4)], DAY, DAY + DAY_MS);
    assert.equal(hours.rows.length, 24);
    assert.deepEqual(hours.rows[0], { start: '11-20 00:00', values: ['4', '0', '0', '0'] });
    assert.equal(hours.firstHour, '2026-11-20T00:00Z');
    const days = reportChart([span(DAY, 4)], DAY - 6 * DAY_MS, DAY + DAY_MS);
    assert.deepEqual([days.rows.length, days.rows.at(-1)?.start], [7, '2026-11-20']);
    assert.equal(days.firstHour, null);
    assert.equal(stepOf(DAY, DAY + 4 * DAY_MS), 'day');
  });

  it('counts every hit however long the time is, in at most 92 bars', () => {
    for (const days of [92, 93, 400, 3_660]) {
      const from = DAY - days * DAY_MS;
      const spans = Array.from({ length: days }, (_, at) => span(from + at * DAY_MS, 1));
      const chart = reportChart(spans, from, DAY);
      assert.ok(chart.rows.length <= 92, String(days));
      assert.equal(chart.total, days.toLocaleString('en-US'));
    }
  });

  it('begins with the first hit when no beginning is asked for, and is there without any', () => {
    assert.equal(reportChart([span(DAY, 1)], 0, DAY + 2 * DAY_MS).rows.length, 2);
    assert.equal(reportChart([], 0, DAY).rows.length, 1);
  });
});
