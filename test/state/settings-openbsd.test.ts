import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveSettings } from '../../src/config/settings.ts';
import { createOpenbsdSettings } from '../../src/state/settings-openbsd.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As the document has it. */
const EXAMPLE = readFileSync('openbsd/threatstop.conf.example', 'utf8');

describe('the threatstop.conf of OpenBSD', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'threatstop.conf');
  const write = (text: string) => {
    writeFileSync(path(), text);
    return createOpenbsdSettings(path());
  };

  it('is read by its documented names', async () => {
    const settings = await write(EXAMPLE).read();
    assert.deepEqual(settings, {
      out_dir: '/var/db',
      device_id: 'tdid_abcd1234',
      dns_server: '192.124.129.42',
      allow_list: 'dns.threatstop.local',
      block_list: 'basic.threatstop.local',
      block_file: '/var/db/ThreatSTOP-Block.pftable',
      allow_file: '/var/db/ThreatSTOP-Allow.pftable',
      allow_table: 'ThreatSTOP-Allow',
      block_table: 'ThreatSTOP-Block',
      reload_pf: 'YES',
      log_file: '/var/log/pflog',
      log_url: 'https://logs.threatstop.com/cgi-bin/logupload.pl',
    });
    const { values } = resolveSettings(settings, null);
    assert.equal(values.reload_pf, true);
    assert.deepEqual(values.block_list, ['basic.threatstop.local']);
  });

  it('takes several servers, and the options of the product beside the documented ones', async () => {
    const store = write('DNS_SERVERS="192.124.129.42 192.124.129.43"\nport="5353"\nRELOAD_PF=NO\n');
    const { values } = resolveSettings((await store.read()) ?? {}, null);
    assert.deepEqual(values.dns_server, ['192.124.129.42', '192.124.129.43']);
    assert.equal(values.port, 5353);
    assert.equal(values.reload_pf, false);
  });

  it('keeps every byte when nothing is changed', async () => {
    const store = write(EXAMPLE);
    await store.write((await store.read()) ?? {});
    assert.equal(readFileSync(path(), 'utf8'), EXAMPLE);
  });

  it('changes the line of what is changed, adds what is new, and is for root only', async () => {
    const store = write(EXAMPLE);
    chmodSync(path(), 0o644);
    const { allow_list: gone, ...settings } = (await store.read()) ?? {};
    assert.equal(gone, 'dns.threatstop.local');
    await store.write({ ...settings, block_list: 'mine.threatstop.local', enabled: 'yes' });
    const expected = EXAMPLE.replace('ALLOW_LIST="dns.threatstop.local"\n', '')
      .replace('BLOCK_LIST="basic.', 'BLOCK_LIST="mine.')
      .concat('enabled="yes"\n');
    assert.equal(readFileSync(path(), 'utf8'), expected);
    assert.equal(statSync(path()).mode & 0o777, 0o600);
  });

  it('is made with the documented names where there is none, and goes when the device is removed', async () => {
    const store = createOpenbsdSettings(path());
    assert.equal(await store.read(), null);
    await store.write({ device_id: 'tdid_1', dns_server: '198.51.100.1' });
    assert.match(
      readFileSync(path(), 'utf8'),
      /^device_id="tdid_1"\nDNS_SERVERS="198\.51\.100\.1"$/m,
    );
    assert.deepEqual(await store.read(), { device_id: 'tdid_1', dns_server: '198.51.100.1' });
    await store.clear();
    assert.equal(existsSync(path()), false);
  });

  it('refuses a name that is not set before it is used, and one option under two names', async () => {
    await assert.rejects(write('BLOCK_FILE="$OUT_DIR/x"\n').read(), /BLOCK_FILE uses \$OUT_DIR/);
    await assert.rejects(
      write('DNS_SERVERS="198.51.100.1"\ndns_server="198.51.100.2"\n').read(),
      /dns_server is set twice/,
    );
  });
});
