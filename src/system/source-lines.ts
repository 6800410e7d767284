/** Stack traces of the bundled program tell the files and lines of its sources. */
import type { SourceMap, SourceMapPayload, SourceMapping } from 'node:module';

// Every command loads this, and few have a trace to tell: modules of Node are taken where they are needed.

/** A place in a file of the bundle, as the traces of V8 write it. */
const PLACE = /file:\/\/[^\s()]*\/([\w.-]+\.js):(\d+):(\d+)/;

/**
 * From now on traces are told so. The file is read when there is a trace to tell, which is after a fault of the program;
 * what it does not know is told as it is.
 * @param file source maps (https://tc39.es/ecma426/) by the name of the generated file, as JSON
 */
export function traceToSources(file: URL): void {
  Error.prepareStackTrace = (error, sites) => {
    const placeOf = readPlaces(file);
    // Typed without its toString, which writes it as V8 does.
    const texts = sites.map((site: unknown) => String(site));
    const lines = texts.map((text) => `\n    at ${text.replace(PLACE, placeOf)}`);
    return `${Error.prototype.toString.call(error)}${lines.join('')}`;
  };
}

type PlaceOf = (place: string, name: string, line: string, column: string) => string;

function readPlaces(file: URL): PlaceOf {
  const maps = readMaps(file);
  const parsed = new Map<string, SourceMap>();
  return (place, name, line, column) => {
    const payload = maps[name];
    if (payload === undefined) return place;
    const map = parsed.get(name) ?? parse(payload);
    parsed.set(name, map);
    // Code of others has an entry without a source, which the types do not say.
    const entry: Partial<SourceMapping> = map.findEntry(Number(line) - 1, Number(column) - 1);
    const { originalSource: source, originalLine } = entry;
    return source === undefined ? place : `${source}:${(originalLine ?? 0) + 1}`;
  };
}

/** A checkout has none: its files are as they were compiled. A trace must not fail for it. */
function readMaps(file: URL): Readonly<Record<string, SourceMapPayload | undefined>> {
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs');
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, SourceMapPayload>;
  } catch {
    return {};
  }
}

function parse(payload: SourceMapPayload): SourceMap {
  const { SourceMap: Parsed } = process.getBuiltinModule('node:module');
  return new Parsed(payload);
}
