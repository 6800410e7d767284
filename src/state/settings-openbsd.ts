/** Settings of OpenBSD: the documented threatstop.conf, kept as the administrator wrote it but for what is changed. */
import { SettingsError } from '../core/errors.ts';
import type { RawSettings, SettingsStore } from '../core/ports.ts';
import { formatSettingsText, parseSettingsText } from '../core/settings-text.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';
import { readSettingsText } from './settings-file.ts';

/** Documented names, and the options they are. All others are written by the names of the option table. */
const OPTIONS: Readonly<Record<string, string>> = {
  OUT_DIR: 'out_dir',
  DNS_SERVERS: 'dns_server',
  ALLOW_LIST: 'allow_list',
  BLOCK_LIST: 'block_list',
  BLOCK_FILE: 'block_file',
  ALLOW_FILE: 'allow_file',
  ALLOW_TABLE: 'allow_table',
  BLOCK_TABLE: 'block_table',
  RELOAD_PF: 'reload_pf',
  PFLOG: 'log_file',
  url: 'log_url',
};
const DOCUMENTED = new Map(Object.entries(OPTIONS).map(([name, option]) => [option, name]));
/** Documented for a file that nothing is written to any more; it may stay. */
const UNUSED = 'logfile';
/** The documented `/var/log/pflog.0` is the log after its first rotation; what is read is the log and all its rotations. */
const ROTATED = /(?:\.\d{1,4})?(?:\.gz)?$/;
const NAME = /^\s*(?<name>[A-Za-z_][A-Za-z0-9_]{0,63})=/;

/** Settings in a file of `name="value"` lines as a shell reads them, mode 0600 because it holds the device key. */
export function createOpenbsdSettings(path: string): SettingsStore {
  return {
    place: path,
    async read() {
      const text = await readSettingsText(path);
      return text === null ? null : optionsOf(valuesOf(text, path), path);
    },
    async write(settings) {
      const text = await readSettingsText(path);
      const next = text === null ? fresh(settings) : changed(text, settings, path);
      await writeFileAtomic(path, next, 0o600);
    },
    clear: () => removeFile(path),
  };
}

/** The values by the names of the file, `$NAME` replaced by what was set before. */
function valuesOf(text: string, place: string): RawSettings {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseSettingsText(text, place))) {
    values[name] = value.replaceAll(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (_, braced?: string, bare?: string) => {
        const other = braced ?? bare ?? '';
        const found = values[other];
        if (found !== undefined) return found;
        throw new SettingsError(
          `reading ${place}: ${name} uses $${other}, which is not set before it`,
        );
      },
    );
  }
  return values;
}

function optionsOf(values: RawSettings, place: string): RawSettings {
  const options: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name === UNUSED) continue;
    const option = OPTIONS[name] ?? name;
    if (options[option] !== undefined) {
      throw new SettingsError(`reading ${place}: ${option} is set twice, also as ${name}`, {
        remedy: 'Take one of the two lines out.',
      });
    }
    options[option] = option === 'log_file' ? value.replace(ROTATED, '') : value;
  }
  return options;
}

function fresh(settings: RawSettings): string {
  return formatSettingsText(documented(settings));
}

/** The lines of the file, with those replaced that say something else now; what is new comes last. */
function changed(text: string, settings: RawSettings, place: string): string {
  const before = optionsOf(valuesOf(text, place), place);
  const lines = text.replace(/\n$/, '').split('\n');
  const kept = lines.flatMap((line) => keptLine(line, before, settings));
  const added = Object.entries(settings).filter(([option]) => before[option] === undefined);
  return [...kept, ...linesOf(Object.fromEntries(added))].join('\n') + '\n';
}

function keptLine(line: string, before: RawSettings, settings: RawSettings): readonly string[] {
  const name = NAME.exec(line)?.groups?.['name'];
  if (name === undefined || name === UNUSED) return [line];
  const option = OPTIONS[name] ?? name;
  const value = settings[option];
  if (value === undefined) return [];
  return value === before[option] ? [line] : linesOf({ [option]: value }, name);
}

/** @param name of the line, where there was one */
function linesOf(settings: RawSettings, name?: string): readonly string[] {
  const entries =
    name === undefined ? documented(settings) : { [name]: Object.values(settings)[0] ?? '' };
  const [, ...lines] = formatSettingsText(entries).trimEnd().split('\n');
  return lines;
}

function documented(settings: RawSettings): RawSettings {
  const entries = Object.entries(settings);
  return Object.fromEntries(
    entries.map(([option, value]) => [DOCUMENTED.get(option) ?? option, value]),
  );
}
