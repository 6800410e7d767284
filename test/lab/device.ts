/** A box with a policy service: what its administrator does on the command line, and what is then in pf. */
import assert from 'node:assert/strict';
import { parseTable } from '../../src/core/prefix-text.ts';
import {
  ALLOW_LIST,
  BLOCK_LIST,
  startPolicyServer,
  type PolicyServer,
} from '../support/policy-server.ts';
import { LabBox, type LabSources } from './lab.ts';

/** A rule for both families is two rules of pf. */
const OWN_RULES = 'pfctl -vvsr | grep -oE "17700001[0-9][0-9]" | sort -u | wc -l';

/** The package on a box, and a policy service on this machine. */
export class LabDevice {
  readonly box = new LabBox();
  readonly #sources: LabSources;
  #policy: PolicyServer | null = null;

  constructor(sources: LabSources) {
    this.#sources = sources;
  }

  /** Installs the package; the policy has two entries. */
  async start(release: string): Promise<void> {
    this.#policy = await startPolicyServer();
    this.serve(2);
    await this.box.start(release, this.#sources);
    this.install();
  }

  async stop(): Promise<void> {
    await this.#policy?.stop();
    this.box.stop();
  }

  install(): void {
    this.box.install(this.#sources.txz);
  }

  /** Takes the package away. */
  remove(): void {
    this.box.remove(this.#sources.txz);
  }

  /** Serves a block list with so many entries. */
  serve(entries: number): void {
    const lines = Array.from({ length: entries }, (_, n) => `198.18.${n >> 8}.${n & 255}\n`);
    const allowed = parseTable(Buffer.from('9.9.9.9\n'));
    this.#policy?.serve(parseTable(Buffer.from(lines.join(''))), allowed);
  }

  /** `tsadmin add`. */
  add(): Promise<{ readonly ok: boolean; readonly said: string }> {
    return this.box.work(
      `tsadmin add --type manual --device_id tdid_lab --block_list ${BLOCK_LIST} --allow_list ${ALLOW_LIST} ` +
        `--dns_server 127.0.0.1 --port ${this.#policy?.port} --skip_checkvalidip --silent`,
    );
  }

  /** Runs a command that has to succeed. Gives what it said. */
  async done(command: string): Promise<string> {
    const { ok, said } = await this.box.work(command);
    assert.ok(ok, `${command}: ${said}`);
    return said;
  }

  /** Runs a command that has to fail for the reason. */
  async fails(command: string, reason: RegExp): Promise<void> {
    const { ok, said } = await this.box.work(command);
    assert.match(said, reason);
    assert.equal(ok, false);
  }

  /** How many rules of ours pf has. */
  async ownRules(): Promise<number> {
    return Number((await this.box.work(OWN_RULES)).said);
  }

  /** How many entries the block table has. */
  async inTable(): Promise<number> {
    return Number((await this.box.work('pfctl -t ThreatSTOP_block -T show | wc -l')).said);
  }

  /** Trackers of our rules in the configuration. */
  configured(): readonly number[] {
    const code = 'echo json_encode(threatstop_trackers(threatstop_config_list("filter/rule")));';
    return JSON.parse(this.box.php(code)) as readonly number[];
  }

  config(): string {
    return this.box.read('conf/config.xml');
  }

  /** Loads the ruleset, as the boot does. */
  load(): void {
    this.box.run('php -f /lab/load.php');
  }

  /** Starts the service, as the end of the boot does. */
  startService(): void {
    this.box.run('/usr/local/etc/rc.d/threatstop.sh start');
    this.box.untilServiceAnswers();
  }
}
