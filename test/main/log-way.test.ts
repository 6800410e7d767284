import assert from 'node:assert/strict';
import { isContainer, logWayOf } from '../../src/main/log-way.ts';

const RSYSLOG = '/usr/sbin/rsyslogd';
const SYSLOG_NG = '/usr/sbin/syslog-ng';
const JOURNAL = '/run/systemd/journal';
const ULOGD = '/usr/sbin/ulogd';
const CONTAINER = ['/proc/sys/net/netfilter'];
const HOST = [...CONTAINER, '/proc/sys/net/netfilter/nf_log_all_netns'];

describe('the way of log lines on Linux', () => {
  for (const [name, files, way] of [
    ['the file of rsyslog', [...HOST, RSYSLOG, JOURNAL, ULOGD], 'file'],
    ['the file of syslog-ng', [...HOST, SYSLOG_NG, JOURNAL], 'file'],
    ['the journal where there is no syslog daemon', [...HOST, JOURNAL, ULOGD], 'journal'],
    ['NFLOG where neither is there', [...HOST, ULOGD], 'nflog'],
    ['NFLOG in a container, whose kernel log is silent', [...CONTAINER, RSYSLOG, ULOGD], 'nflog'],
    ['the file in a container without ulogd', [...CONTAINER, RSYSLOG], 'file'],
    ['the file where nothing is there, so that its lack is told', HOST, 'file'],
  ] as const) {
    it(`is ${name}`, () => {
      const there = new Set<string>(files);
      assert.equal(
        logWayOf({ log_source: 'auto' }, (path) => there.has(path)),
        way,
      );
    });
  }

  it('tells a container by netfilter without the switch for the logs of all namespaces', () => {
    const has = (files: readonly string[]) => (path: string) => files.includes(path);
    assert.equal(isContainer(has(CONTAINER)), true);
    assert.equal(isContainer(has(HOST)), false);
    assert.equal(isContainer(has([])), false);
  });

  it('is as the settings say, whatever is there', () => {
    for (const wanted of ['file', 'journal', 'nflog'] as const) {
      assert.equal(
        logWayOf({ log_source: wanted }, () => true),
        wanted,
      );
    }
  });
});
