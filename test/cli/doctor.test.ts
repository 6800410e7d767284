import assert from 'node:assert/strict';
import type { Finding } from '../../src/core/ports.ts';
import { tsadmin } from '../support/cli-context.ts';

const GOOD: Finding = { name: 'Node', state: 'ok', message: 'v24.1.0', remedy: '' };
const OLD: Finding = { name: 'Clock', state: 'warning', message: 'unknown', remedy: 'Set NTP.' };
const BAD: Finding = { name: 'Disk', state: 'error', message: 'full', remedy: 'Make room.' };

const finding = (...findings: Finding[]) => ({
  agent: { doctor: () => Promise.resolve(findings) },
});

describe('tsadmin doctor', () => {
  it('prints a line for each look, what to do below it, and ends with 1 for an error', async () => {
    const { code, stdout } = await tsadmin(['doctor'], finding(GOOD, OLD, BAD));
    assert.equal(code, 1);
    assert.deepEqual(stdout.split('\n'), [
      'ok       Node              v24.1.0',
      'warning  Clock             unknown',
      '                           Set NTP.',
      'error    Disk              full',
      '                           Make room.',
      '',
    ]);
  });

  it('ends with 0 for warnings', async () => {
    assert.equal((await tsadmin(['doctor'], finding(GOOD, OLD))).code, 0);
  });

  it('is coloured on a terminal, and has a JSON form', async () => {
    const { stdout } = await tsadmin(['doctor'], { ...finding(BAD), typed: [] });
    assert.match(stdout, /^\u001b\[31merror/);
    const json = await tsadmin(['doctor', '--json'], finding(OLD));
    assert.deepEqual(JSON.parse(json.stdout), { findings: [OLD] });
  });
});
