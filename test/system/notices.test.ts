import assert from 'node:assert/strict';
import { HostError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/ports.ts';
import {
  createLogNotices,
  createPfsenseNotices,
  createSyslogNotices,
} from '../../src/system/notices.ts';

const PROBLEM: Problem = {
  code: 'table-too-small',
  severity: 'error',
  message: 'pf is limited\nto 5',
  remedy: 'Raise it.',
};

describe('notices of the platforms', () => {
  it('pfSense gets code and text, and its refusal is an error', async () => {
    const asked: unknown[] = [];
    const notices = createPfsenseNotices((...all) => {
      asked.push(all);
      return Promise.resolve({ ok: true, result: {} });
    });
    await notices.show(PROBLEM);
    await notices.withdraw('table-too-small');
    assert.deepEqual(asked, [
      ['show-notice', { code: 'table-too-small', text: 'pf is limited?to 5. Raise it.' }],
      ['withdraw-notice', { code: 'table-too-small' }],
    ]);
    const refusing = createPfsenseNotices(() =>
      Promise.resolve({ ok: false, message: 'the disk is full', remedy: '' }),
    );
    await assert.rejects(refusing.show(PROBLEM), HostError);
  });

  it('syslog gets a line at the priority err', async () => {
    const ran: string[][] = [];
    const notices = createSyslogNotices((argv) => {
      ran.push([...argv]);
      return Promise.resolve({ stdout: '', stderr: '', exitCode: 0 });
    }, 'ts-iptables');
    await notices.show({ ...PROBLEM, message: '-f /etc/shadow', remedy: '' });
    assert.deepEqual(ran[0]!.slice(0, 6), [
      'logger',
      '-t',
      'ts-iptables',
      '-p',
      'daemon.err',
      '--',
    ]);
    assert.equal(ran[0]?.[6], '-f /etc/shadow. (table-too-small)');
  });

  it('our own log gets it where there is nothing else', async () => {
    const lines: string[] = [];
    const note = (line: string) => void lines.push(line);
    const notices = createLogNotices({ info: note, warn: note, error: note });
    await notices.show(PROBLEM);
    await notices.withdraw(PROBLEM.code);
    assert.deepEqual(lines, [
      'pf is limited?to 5. Raise it. (table-too-small)',
      'no longer a problem: table-too-small',
    ]);
  });
});
