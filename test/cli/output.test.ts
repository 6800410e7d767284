import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { jsonText, toSnakeCase } from '../../src/cli/json.ts';
import { lineReader } from '../../src/cli/line-reader.ts';
import { columns, duration, fold, localTime, paint } from '../../src/cli/output.ts';
import { asctime, banner } from '../../src/cli/product.ts';

const wholeSecond = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / 1000) * 1000);

describe('columns', () => {
  it('are aligned, without blanks at the end', () => {
    assert.deepEqual(
      columns([
        ['a', 'bcd', ''],
        ['abc', 'd', 'e'],
      ]),
      ['a    bcd', 'abc  d    e'],
    );
    assert.deepEqual(columns([['a', 'b']], 2), ['  a  b']);
    assert.deepEqual(columns([]), []);
  });

  it('never hold a control character', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }))), (rows) => {
        const lines = columns(rows);
        assert.equal(lines.length, rows.length);

        assert.doesNotMatch(lines.join(''), /[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('a colour', () => {
  it('surrounds the text, which is made printable first', () => {
    assert.equal(paint('red', 'a\u001b[0mb'), '\u001b[31ma?[0mb\u001b[0m');
    assert.equal(paint(undefined, 'a\u001b[0mb'), 'a?[0mb');
  });
});

describe('a folded paragraph', () => {
  it('keeps every word, in order, in lines that fit', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 80 }), (list, width) => {
        const lines = fold(list.join(' '), width);
        assert.equal(lines.join(' '), list.join(' '));
        assert.ok(lines.every((line) => line.length <= width));
      }),
    );
  });

  it('gives a word that is too long a line of its own', () => {
    assert.deepEqual(fold('a abcdefgh b', 4), ['a', 'abcdefgh', 'b']);
  });
});

describe('times for people', () => {
  it('are local and name the same second', () => {
    fc.assert(
      fc.property(wholeSecond, (time) => {
        const text = localTime(time);
        assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
        const [year, month, day, ...clock] = text.split(/[- :]/).map(Number);
        const date = new Date(time);
        assert.deepEqual(
          [year, month, day, ...clock],
          [
            ...[date.getFullYear(), date.getMonth() + 1, date.getDate()],
            ...[date.getHours(), date.getMinutes(), date.getSeconds()],
          ],
        );
      }),
    );
  });

  it('have the form of asctime in the banner', () => {
    const time = new Date(2019, 9, 2, 22, 34, 35).getTime();
    assert.equal(asctime(time), 'Wed Oct  2 22:34:35 2019');
    assert.equal(
      banner('ts-pfsense', 'version', time),
      '        ThreatSTOP ts-pfsense version starting @ Wed Oct  2 22:34:35 2019',
    );
  });

  it('are short when they are lengths', () => {
    const [second, minute, hour] = [1000, 60_000, 3_600_000];
    for (const [length, text] of [
      [0, '0 s'],
      [119 * second, '119 s'],
      [-5 * minute, '5 min'],
      [2 * hour, '2 h'],
      [96 * hour, '4 days'],
    ] as const) {
      assert.equal(duration(length), text);
    }
  });
});

describe('the JSON form', () => {
  it('has snake_case keys and RFC 3339 times at every depth, and other numbers as they are', () => {
    assert.deepEqual(
      toSnakeCase({ dryRun: true, list: [{ takenAt: 0, durationMs: 5, next: null }], max_size: 1 }),
      {
        dry_run: true,
        list: [{ taken_at: '1970-01-01T00:00:00.000Z', duration_ms: 5, next: null }],
        max_size: 1,
      },
    );
  });

  it('is safe on a terminal and reads back as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = jsonText({ text });

        assert.doesNotMatch(json, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
        assert.deepEqual(JSON.parse(json), { text });
      }),
    );
  });
});

describe('standard input', () => {
  it('gives lines that arrived at once one by one, then null', async () => {
    const input = new PassThrough();
    const lines = lineReader(() => input);
    input.end('one\r\n\ntwo');
    assert.deepEqual(
      [await lines.next(), await lines.next(), await lines.next(), await lines.next()],
      ['one', '', 'two', null],
    );
  });

  it('is not opened before a line is asked for', () => {
    const lines = lineReader(() => assert.fail('opened'));
    lines.close();
  });

  it('is let go of when closed', async () => {
    const input = new PassThrough();
    const lines = lineReader(() => input);
    input.write('one\n');
    assert.equal(await lines.next(), 'one');
    lines.close();
    assert.equal(input.isPaused(), true);
  });
});
