/** Collecting and uploading hits as tasks of the agent. */
import { countWords, formatCount } from '../core/format-count.ts';
import type { Settings } from '../config/options.ts';
import { PortalError } from '../core/errors.ts';
import { createLocalMask } from '../core/local-mask.ts';
import type { Actor, Report, Run } from '../core/ports.ts';
import type { Agent, LogsResult } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { collectHits, type Collected } from './collect-hits.ts';
import { requireSettings } from './load-settings.ts';
import type { PolicyLookup } from './lookup.ts';
import type { ProgressBoard } from './progress.ts';
import { recordRun } from './record-run.ts';
import { uploadHits, type Uploaded } from './upload-hits.ts';

const BYTES_PER_MB = 1_000_000;

/** The two actions of the hits path. @param policy the tables in force, for naming the entry a hit met */
export function createHitActions(
  ports: AgentPorts,
  policy: () => Promise<PolicyLookup>,
  board: ProgressBoard,
): Pick<Agent, 'collect' | 'logs'> {
  const collect = (settings: Settings): Promise<Collected> => {
    const { clock, hits, zone } = ports;
    hits.keepBytes(settings.hits_kept * BYTES_PER_MB);
    return collectHits({ clock, hits, zone, policy, source: ports.logSource(settings) }, settings);
  };
  return {
    collect: (actor) => recordCollect(ports, actor, collect),
    logs: (actor) =>
      board.during('logs', (report) => recordLogs(ports, { actor, report }, collect)),
  };
}

async function recordCollect(
  ports: AgentPorts,
  actor: Actor,
  collect: (settings: Settings) => Promise<Collected>,
): Promise<Run> {
  const work = async () => {
    const { lines, gaps } = await collect(await requireSettings(ports));
    const message = `Collected ${formatCount(lines)} lines${gaps === 0 ? '' : `, ${gaps} gaps`}.`;
    return { outcome: lines + gaps === 0 ? 'unchanged' : 'done', message, value: null } as const;
  };
  return (await recordRun(ports, 'collect', actor, work)).run;
}

async function recordLogs(
  ports: AgentPorts,
  { actor, report }: { readonly actor: Actor; readonly report: Report },
  collect: (settings: Settings) => Promise<Collected>,
): Promise<LogsResult> {
  const { run, value } = await recordRun(ports, 'logs', actor, async () => {
    const settings = await requireSettings(ports);
    report('reading the firewall log');
    await collect(settings);
    if (actor !== 'schedule') ports.hits.retryNow();
    const { hits, random, upstream } = ports;
    const uploader = upstream.uploader(settings);
    const mask = settings.log_mask_local ? { mask: createLocalMask(ports.ownNetworks()) } : {};
    const uploaded = await uploadHits(
      { hits, random, uploader, report, ...mask },
      ports.clock.now(),
    );
    refuseUnsent(ports, uploaded);
    return {
      outcome: uploaded.batches === 0 ? 'unchanged' : 'done',
      message: describeUpload(uploaded),
      value: uploaded,
    };
  });
  const { batches, lines, waiting, message } = value;
  return { run, batches, lines, waiting, message };
}

/** Lines that could not be sent make the run a failure; one that only waits for its next try keeps the former reason. */
function refuseUnsent(ports: AgentPorts, { lines, waiting, message, denied }: Uploaded): void {
  if (waiting === 0 && !denied) return;
  const reason = message === '' ? (ports.runs.last('logs', ['failed'])?.message ?? '') : message;
  const sent = lines === 0 ? '' : `${formatCount(lines)} lines were sent; `;
  throw new PortalError(
    message === '' && reason !== ''
      ? reason
      : `${sent}${countWords(waiting, 'line waits', 'lines wait')}: ${reason}`,
  );
}

function describeUpload({ batches, lines }: Uploaded): string {
  if (batches === 0) return 'No hits to send.';
  return `Sent ${formatCount(lines)} lines in ${countWords(batches, 'batch', 'batches')}.`;
}
