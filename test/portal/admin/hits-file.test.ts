import assert from 'node:assert/strict';
import { HostError } from '../../../src/core/errors.ts';
import type { HitStore, ReportedHit } from '../../../src/portal/hits/hit-store.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { logInAdmin, makeAdmin, type AdminVisitor } from '../../support/admin-site.ts';
import { startPortal, TestLog } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const PATH = '/reports/hits.csv';

describe('the hits as a file of the admin pages', () => {
  const folder = temporaryFolder();
  let portal: Portal;
  let log: TestLog;
  let ann: AdminVisitor;

  beforeEach(async () => {
    log = new TestLog();
    portal = await startPortal(folder(), { log });
    await makeAdmin(portal);
    ann = await logInAdmin(portal.addresses.adminUrl);
  });
  afterEach(() => portal.close());

  /** Hits without end, of which page `last` cannot be read. */
  function failAt(last: number): void {
    let asked = 0;
    const hit: ReportedHit = {
      ...{ device: 'tdid_00000001', batch: 'b', line: 1, time: 1, direction: 'in' as const },
      ...{ action: 'block', protocol: 'tcp', interface: 'em1', remote: '203.0.113.1' },
      ...{ inside: '192.168.1.2', port: 443, sourcePort: 4711 },
    };
    const find: HitStore['find'] = (_filter, _after, limit) => {
      asked += 1;
      if (asked >= last) return Promise.reject(new HostError('reading the hits: disk I/O error'));
      return Promise.resolve(Array.from({ length: limit }, () => hit));
    };
    Object.assign(portal.hits, { find });
  }

  it('is a page that says why when they cannot be read', async () => {
    failAt(1);
    const { status, headers, body } = await ann.get(PATH);
    assert.equal(status, 409);
    assert.equal(headers['content-disposition'], undefined);
    assert.match(body, /reading the hits: disk I\/O error/);
  });

  it('is cut off, and that is logged, when they cannot be read to the end', async () => {
    failAt(2);
    await assert.rejects(ann.get(PATH));
    await until('it is logged', () => log.lines.some((line) => line.startsWith('error')));
    assert.match(log.lines.join('\n'), /cut off: reading the hits: disk I\/O error/);
  });
});
