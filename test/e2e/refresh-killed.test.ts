import assert from 'node:assert/strict';
import { killRefreshes } from '../support/kill-refresh.ts';
import { table } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KILLS = 15;

const addresses = (network: string) =>
  Array.from({ length: 20_000 }, (_, n) => `${network}.${n >> 8}.${n & 255}`);

describe('a refresh under kill -9', () => {
  const folder = temporaryFolder();

  it('leaves each table the old or the new one, whole, and the next start makes them one policy', async () => {
    const policies = [
      { block: table('64.87.3.133', ...addresses('198.18')), allow: table('203.0.113.1') },
      { block: table('64.87.3.133', ...addresses('198.19')), allow: table('203.0.113.2') },
    ] as const;
    const { killed } = await killRefreshes(
      { root: folder(), platform: 'dry-run' },
      policies,
      KILLS,
    );
    assert.ok(killed > KILLS / 2, `${killed} runs were killed`);
  }).timeout(120_000);
});
