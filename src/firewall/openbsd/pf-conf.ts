/** The text of pf.conf(5): our part of it, and what the administrator wrote about our tables. */

/** What our part names. */
export interface PfConfNames {
  readonly block: string;
  readonly allow: string;
  readonly blockFile: string;
  readonly allowFile: string;
  /** Whether entries of the allow list get pass rules. */
  readonly pass: boolean;
}

const BEGIN =
  '# ThreatSTOP begin. Put here by "tsadmin enable", taken out by "tsadmin disable"; changes are lost.';
const END = '# ThreatSTOP end';
const PART = /^# ThreatSTOP begin\..*\n(?:.*\n)*?# ThreatSTOP end(?:\n|$)/m;
/** A line of its own, because rules come and go and the limit stays. */
const LIMIT = /^set limit table-entries \d+ # ThreatSTOP\n/m;

/** The text without our rules and table definitions. */
export function withoutPart(text: string): string {
  return text.replace(PART, '');
}

/** Whether our rules are in it. */
export function hasPart(text: string): boolean {
  return PART.test(text);
}

/**
 * The text with our part at its begin, where no rule comes before it. Tables that the administrator defines are not defined
 * again.
 */
export function withPart(text: string, names: PfConfNames): string {
  const others = withoutPart(text);
  const [limit = ''] = LIMIT.exec(others) ?? [];
  const tables = [
    [names.block, names.blockFile],
    [names.allow, names.allowFile],
  ]
    .filter(([table = '']) => !definesTable(others, table))
    .map(([table, file]) => `table <${table}> persist file "${file}"`);
  const passes = [`pass in quick from <${names.allow}>`, `pass out quick to <${names.allow}>`];
  const rules = [
    ...(names.pass ? passes : []),
    `block drop in log quick from <${names.block}>`,
    `block drop out log quick to <${names.block}>`,
  ];
  const part = [BEGIN, ...tables, ...rules, END].map((line) => `${line}\n`).join('');
  return `${limit}${part}${others.replace(LIMIT, '')}`;
}

/** The text with our limit of table entries as its first line, where it counts for the tables behind it. */
export function withLimit(text: string, entries: number): string {
  return `set limit table-entries ${entries} # ThreatSTOP\n${withoutLimit(text)}`;
}

/** The text without our limit. */
export function withoutLimit(text: string): string {
  return text.replace(LIMIT, '');
}

/** Whether the administrator has rules that block the table. */
export function hasOwnRules(text: string, table: string): boolean {
  return statements(withoutPart(text)).some(
    (line) => /^block\s/.test(line) && line.includes(`<${table}>`),
  );
}

/** Whether anything that the administrator wrote names the table. */
export function namesTable(text: string, table: string): boolean {
  return statements(withoutPart(text)).some((line) => line.includes(`<${table}>`));
}

function definesTable(text: string, table: string): boolean {
  return statements(text).some(
    (line) => /^table\s/.test(line) && line.replaceAll(/\s/g, '').startsWith(`table<${table}>`),
  );
}

/** Lines without comments and with their continuations. */
function statements(text: string): readonly string[] {
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
