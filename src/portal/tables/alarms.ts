import type { Database } from '../../system/sqlite.ts';
import type { PortalProblem } from './problems.ts';

/** Where a webhook goes. */
export interface WebhookConfig {
  /** May hold a secret, as those of chat services do. */
  readonly url: string;
  /** Key of the signature. */
  readonly secret: string;
}

/** How mail is sent. */
export interface MailConfig {
  /** `smtp://host:port` (STARTTLS, but not to this machine) or `smtps://host:port`. */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Empty: no login. */
  readonly user: string;
  readonly password: string;
}

/** Where alarms are sent. */
export type AlarmTarget = {
  readonly name: string;
  /** The least severity that is sent. */
  readonly severity: 'error' | 'warning';
} & (
  | { readonly kind: 'webhook'; readonly config: WebhookConfig }
  | { readonly kind: 'mail'; readonly config: MailConfig }
);

/** A problem that was opened or is gone. */
export interface AlarmEvent {
  readonly event: 'opened' | 'closed' | 'test';
  readonly problem: PortalProblem;
  /** When it was noticed, milliseconds since 1970. */
  readonly time: number;
}

/** An event on its way to one target. */
export interface OutboxRow {
  readonly id: number;
  readonly target: string;
  readonly event: AlarmEvent;
  readonly created: number;
  readonly attempts: number;
}

/** Targets, what was told, and what is on its way. */
export interface AlarmTable {
  /** By name, with their secrets. */
  targets(): readonly AlarmTarget[];
  get(name: string): AlarmTarget | null;
  save(target: AlarmTarget): void;
  /** With what is on its way to it. */
  remove(name: string): void;
  /** Open problems that were told. */
  told(): readonly PortalProblem[];
  setTold(problem: PortalProblem): void;
  removeTold(problem: PortalProblem): void;
  send(target: string, event: AlarmEvent): void;
  /** The oldest event of each target that is due. */
  due(now: number): readonly OutboxRow[];
  sent(id: number): void;
  later(id: number, due: number): void;
  /** How many are on their way. */
  waiting(): number;
}

interface TargetRow {
  readonly name: string;
  readonly kind: AlarmTarget['kind'];
  readonly severity: AlarmTarget['severity'];
  readonly config: string;
}

interface EventRow extends Omit<OutboxRow, 'event'> {
  readonly event: string;
}

/** The tables of alarms. */
export function createAlarmTable(database: Database): AlarmTable {
  const statement = (sql: string) => database.prepare(sql);
  const targets = statement('SELECT * FROM alarm_targets ORDER BY name');
  const target = statement('SELECT * FROM alarm_targets WHERE name = ?');
  const save = statement(
    `INSERT INTO alarm_targets (name, kind, severity, config) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, severity = excluded.severity, config = excluded.config`,
  );
  const remove = statement('DELETE FROM alarm_targets WHERE name = ?');
  const told = statement('SELECT body FROM alarms_told');
  const setTold = statement('INSERT OR REPLACE INTO alarms_told VALUES (?, ?, ?)');
  const removeTold = statement('DELETE FROM alarms_told WHERE code = ? AND subject = ?');
  const send = statement(
    'INSERT INTO alarm_outbox (target, event, created, due) VALUES (?, ?, ?, ?)',
  );
  const due = statement(
    `SELECT * FROM alarm_outbox WHERE due <= ? AND id IN (SELECT min(id) FROM alarm_outbox GROUP BY target)`,
  );
  const sent = statement('DELETE FROM alarm_outbox WHERE id = ?');
  const later = statement('UPDATE alarm_outbox SET attempts = attempts + 1, due = ? WHERE id = ?');
  const waiting = statement('SELECT count(*) AS count FROM alarm_outbox');
  return {
    targets: () => (targets.all() as TargetRow[]).map(targetOf),
    get: (name) => {
      const row = target.get(name) as TargetRow | undefined;
      return row === undefined ? null : targetOf(row);
    },
    save: ({ name, kind, severity, config }) =>
      void save.run(name, kind, severity, JSON.stringify(config)),
    remove: (name) => void remove.run(name),
    told: () =>
      (told.all() as { body: string }[]).map(({ body }) => JSON.parse(body) as PortalProblem),
    setTold: (problem) => void setTold.run(problem.code, problem.subject, JSON.stringify(problem)),
    removeTold: ({ code, subject }) => void removeTold.run(code, subject),
    send: (name, event) => void send.run(name, JSON.stringify(event), event.time, event.time),
    due: (now) =>
      (due.all(now) as EventRow[]).map((row) => ({
        ...row,
        event: JSON.parse(row.event) as AlarmEvent,
      })),
    sent: (id) => void sent.run(id),
    later: (id, time) => void later.run(time, id),
    waiting: () => (waiting.get() as { count: number }).count,
  };
}

function targetOf({ config, ...row }: TargetRow): AlarmTarget {
  return { ...row, config: JSON.parse(config) as unknown } as AlarmTarget;
}
