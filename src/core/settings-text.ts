/** The text of a settings file: `name="value"` lines that a shell could read, `#` comments, blank lines. */
import { SettingsError, printable } from './errors.ts';
import type { RawSettings } from './ports.ts';

const ASSIGNMENT =
  /^(?<name>[A-Za-z_][A-Za-z0-9_]{0,63})=(?:"(?<quoted>[^"]*)"|(?<bare>[^\s"']*))$/;

/**
 * Reads a settings file.
 * @param place named in errors
 * @throws SettingsError with the line number for anything that is no assignment, and for a name set twice
 */
export function parseSettingsText(text: string, place: string): RawSettings {
  const found = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const assignment = readAssignment(trimmed);
    if (assignment === null) throw badLine(place, index, trimmed, 'it is not name="value"');
    const [name, value] = assignment;
    if (found.has(name)) throw badLine(place, index, trimmed, `${name} is set twice`);
    found.set(name, value);
  }
  return Object.fromEntries(found);
}

function readAssignment(line: string): readonly [name: string, value: string] | null {
  const groups = ASSIGNMENT.exec(line)?.groups;
  if (groups === undefined) return null;
  return [groups['name'] ?? '', groups['quoted'] ?? groups['bare'] ?? ''];
}

/** The file's text. @throws SettingsError for a value that the format cannot hold (a quote or a line break). */
export function formatSettingsText(settings: RawSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (/["\u0000-\u001f]/.test(value)) {
      throw new SettingsError(`option ${name}: the value holds a quote or a control character`);
    }
    return `${name}="${value}"\n`;
  });
  return `# Settings of the ThreatSTOP agent. Change them with "tsadmin config set" or on the page.\n${lines.join('')}`;
}

function badLine(place: string, index: number, line: string, why: string): SettingsError {
  const shown = printable(line.slice(0, 60)).replace(/(key[^=]*=).*/i, '$1(hidden)');
  return new SettingsError(`reading ${place}, line ${index + 1}: ${why}: ${shown}`, {
    remedy: 'Mend the line, or run "tsadmin add" again.',
  });
}
