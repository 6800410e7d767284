import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirewallError } from '../../src/core/errors.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import {
  createTableSummary,
  readTableFile,
  stageTableFile,
} from '../../src/firewall/table-file.ts';
import { table } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** More than one piece: 65,536 bytes are read at once. */
const LINES = Array.from({ length: 40_000 }, (_, n) => `198.18.${n >> 8}.${n & 255}`);

describe('a table file', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'table.txt');
  const known = () => join(folder(), 'known');

  it('is read in pieces as it would be at once, wherever they end', async () => {
    for (const padding of [0, 1, 2, 5, 8, 9, 10, 11]) {
      const text = `#${'x'.repeat(padding)}\n${LINES.join('\n')}\n2001:db8::/32`;
      writeFileSync(path(), text);
      assert.deepEqual(await readTableFile(path()), parseTable(Buffer.from(text)));
    }
  });

  it('is written in pieces and read back the same', async () => {
    const wanted = table(...LINES, ...LINES.map((_, n) => `2001:db8:${n.toString(16)}::/48`));
    await (await stageTableFile(path(), wanted)).commit();
    assert.deepEqual(await readTableFile(path()), wanted);
  });

  it('names the line that is none, behind the first piece too', async () => {
    writeFileSync(path(), `${LINES.join('\n')}\nnonsense\n`);
    await assert.rejects(readTableFile(path()), /line 40001: "nonsense"/);
  });

  it('that is one endless line is refused', async () => {
    writeFileSync(path(), '1'.repeat(200_000));
    await assert.rejects(readTableFile(path()), FirewallError);
  });

  it('is staged after what a killed run left was removed', async () => {
    writeFileSync(join(folder(), '.table.txt.0123456789ab.tmp'), 'half');
    writeFileSync(join(folder(), '.other.txt.0123456789ab.tmp'), 'not ours');
    await (await stageTableFile(path(), table('192.0.2.1'))).commit();
    assert.deepEqual(readdirSync(folder()).toSorted(), [
      '.other.txt.0123456789ab.tmp',
      'table.txt',
    ]);
  });

  it('is read once by all who ask at the same time', async () => {
    writeFileSync(path(), '192.0.2.1\n');
    const summary = createTableSummary(path(), known());
    const [one, other] = await Promise.all([summary(), summary()]);
    assert.equal(one?.entries, 1);
    assert.equal(one, other);
    writeFileSync(path(), 'nonsense\n');
    await assert.rejects(summary(), FirewallError);
    writeFileSync(path(), '192.0.2.1\n192.0.2.2\n');
    assert.equal((await summary())?.entries, 2);
  });

  it('is read by one process only, as long as it is the same file', async () => {
    writeFileSync(path(), '192.0.2.1\n');
    const read = await createTableSummary(path(), known())();
    const kept = JSON.parse(readFileSync(known(), 'utf8')) as object;
    writeFileSync(known(), JSON.stringify({ ...kept, entries: 77 }));
    assert.deepEqual(await createTableSummary(path(), known())(), { ...read, entries: 77 });
    writeFileSync(path(), '192.0.2.2\n');
    assert.equal((await createTableSummary(path(), known())())?.entries, 1);
    for (const damage of ['', '{', '7', '{"identity":1}']) {
      writeFileSync(known(), damage);
      assert.equal((await createTableSummary(path(), known())())?.entries, 1, damage);
    }
  });
});
