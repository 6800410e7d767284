/** The options of OpenBSD, by the names of its documented threatstop.conf in lower case. Part of the option table. */
import { flag, text, type Option } from './option-types.ts';

const PATH = /^\/[A-Za-z0-9._/-]{1,200}$/;
/** pf takes names of 31 characters. */
const TABLE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,30}$/;

function path(description: string, value = ''): Option<string> {
  const allowed = 'an absolute path of letters, digits, ".", "_", "-" and "/"';
  return text({ description, pattern: PATH, allowed, default: value, setBy: ['local'] });
}

function table(description: string, value: string): Option<string> {
  const allowed = '1 to 31 letters, digits, "-" or "_"';
  return text({ description, pattern: TABLE, allowed, default: value, setBy: ['local'] });
}

/** Options by name, in the order of the table. */
export const openbsdOptions = {
  out_dir: path('Folder of the table files that pf loads (OpenBSD).', '/var/db'),
  block_file: path(
    'File with the addresses to block (OpenBSD). Empty: ThreatSTOP-Block.pftable in out_dir.',
  ),
  allow_file: path(
    'File with the addresses to allow (OpenBSD). Empty: ThreatSTOP-Allow.pftable in out_dir.',
  ),
  block_table: table(
    'Name of the pf table with the addresses to block (OpenBSD).',
    'ThreatSTOP-Block',
  ),
  allow_table: table(
    'Name of the pf table with the addresses to allow (OpenBSD).',
    'ThreatSTOP-Allow',
  ),
  reload_pf: flag({
    description:
      'Load the tables into pf after the files are written (OpenBSD). no: files only; pf.conf is loaded by you.',
    default: true,
    setBy: ['local'],
  }),
} as const satisfies Record<string, Option<never> | Option<unknown>>;
