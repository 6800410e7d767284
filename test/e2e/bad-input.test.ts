import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeResponse, type Question } from '../../src/protocol/dns-message.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { FLAG } from '../../src/protocol/dns-scan.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { soaRecord, startDnsServer, type DnsTestServer } from '../support/dns-server.ts';
import { ZONE } from '../support/policy-zone.ts';
import { table } from '../support/prefixes.ts';
import { addDevice, tsadmin, tsadminJson } from '../support/programs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const OLD = ['64.87.3.133', '203.0.113.0/24'];

/** A server that is honest at first; tests make it lie. */
class PolicyServer {
  serial = 1;
  block = table(...OLD);
  /** Answers the question for the block list's APL instead of the truth. */
  lie: ((question: Question, truth: Uint8Array) => Uint8Array | 'hang up') | null = null;
  server!: DnsTestServer;

  async start(): Promise<this> {
    this.server = await startDnsServer((question, socket) => {
      const truth = this.#truth(question);
      if (this.lie === null || question.type !== TYPE.APL) return truth;
      const answer = this.lie(question, truth);
      if (answer !== 'hang up') return answer;
      socket.end(
        Buffer.concat([
          Buffer.from([truth.length >> 8, truth.length & 255]),
          truth.subarray(0, 30),
        ]),
      );
      return null;
    });
    return this;
  }

  #truth(question: Question): Uint8Array {
    const soa = soaRecord(ZONE, this.serial);
    const answers =
      question.type === TYPE.APL
        ? encodeApl(this.block).map((rdata) => ({
            ...soa,
            name: question.name,
            type: TYPE.APL,
            rdata,
          }))
        : [];
    return encodeResponse({
      question,
      rcode: RCODE.NOERROR,
      authoritative: true,
      answers,
      authority: answers.length === 0 ? [soa] : [],
    });
  }
}

describe('bad input leaves the tables as they are, and says why', () => {
  const folder = temporaryFolder();
  let server: PolicyServer;
  let before: string;

  const blockFile = (root: string) => join(root, 'var/db/aliastables/ThreatSTOP_block.txt');

  async function setUp(root: string): Promise<void> {
    await addDevice(root, server.server.port);
    before = readFileSync(blockFile(root), 'utf8');
    assert.equal(before, `${OLD.join('\n')}\n`);
    server.serial = 2;
    server.block = table('192.0.2.0/25');
  }

  /** Runs an update that must fail, and looks at table, stderr, exit code and what the page shows. */
  async function assertRefused(root: string, reason: RegExp): Promise<void> {
    const { code, stderr } = await tsadmin(root, 'update');
    assert.equal(code, 1, stderr);
    assert.match(stderr, reason);
    assert.equal(readFileSync(blockFile(root), 'utf8'), before);
    const { problems } = (await tsadminJson(root, 'status')) as { problems: { message: string }[] };
    assert.ok(
      problems.some(({ message }) => reason.test(message)),
      `the problems do not show it: ${JSON.stringify(problems)}`,
    );
  }

  beforeEach(async () => {
    server = await new PolicyServer().start();
  });
  afterEach(() => server.server.stop());

  const response = (question: Question, rcode: number) =>
    encodeResponse({
      question,
      rcode,
      authoritative: true,
      answers: [],
      authority: [soaRecord(ZONE, 2)],
    });

  it('NXDOMAIN of a list', async () => {
    await setUp(folder());
    server.lie = (question) => response(question, RCODE.NXDOMAIN);
    await assertRefused(folder(), /basic\.threatstop\.local.*(NXDOMAIN|no such|does not exist)/i);
  });

  it('an empty list', async () => {
    await setUp(folder());
    server.block = table();
    await assertRefused(folder(), /basic\.threatstop\.local.*empty/i);
  });

  it('TC over TCP', async () => {
    await setUp(folder());
    server.lie = (_question, truth) => {
      const cut = Buffer.from(truth);
      cut.writeUInt16BE(cut.readUInt16BE(2) | FLAG.TC, 2);
      return cut;
    };
    await assertRefused(folder(), /truncated|TC/);
  });

  it('a truncated APL record', async () => {
    await setUp(folder());
    server.lie = (_question, truth) => truth.subarray(0, truth.length - 3);
    await assertRefused(folder(), /past|beyond|end|short|cut/i);
  });

  it('a server that closes half-way', async () => {
    await setUp(folder());
    server.lie = () => 'hang up';
    await assertRefused(folder(), /closed|ended/i);
  });

  it('junk text in the settings file', async () => {
    await setUp(folder());
    writeFileSync(join(folder(), 'usr/local/etc/threatstop.conf'), 'device_id="x"\n%$& junk\n');
    await assertRefused(folder(), /threatstop\.conf, line 2/);
    const { code } = await tsadmin(folder(), 'status');
    assert.equal(code, 1, 'a device whose settings cannot be read does not protect');
  });

  it('a second tsadmin at the same time', async () => {
    await setUp(folder());
    const holder = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../support/hold-lock.ts', import.meta.url)),
        join(folder(), 'var/db/threatstop'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(holder.stdout, 'data');
    try {
      await assertRefused(folder(), /another task is running: test holder/);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
  });

  it('a full disk while writing a table', async () => {
    const disk = mountSmallDisk(folder(), 4096);
    try {
      await setUp(disk.folder);
      const many = Array.from({ length: 8000 }, (_, n) => `198.18.${n >> 8}.${n & 255}`);
      server.block = table(...many);
      disk.fill();
      const { code, stderr } = await tsadmin(disk.folder, 'update');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /ENOSPC|disk I\/O error|disk is full/);
      assert.match(stderr, /has room/);
      assert.equal(readFileSync(blockFile(disk.folder), 'utf8'), before);
    } finally {
      disk.unmount();
    }
  });
});
