/** Tables of npm packages that nobody here looks into: a third of all text, which would be kept in memory. */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** What the page and its forms are made of. Another type is sent as it is named. */
const MEDIA_TYPES: readonly string[] = [
  ...['text/html', 'text/css', 'text/javascript', 'text/plain', 'text/csv', 'image/svg+xml'],
  ...['application/json', 'application/x-www-form-urlencoded', 'application/octet-stream'],
];

/** Takes the place of a file. */
interface Replacement {
  readonly filter: RegExp;
  readonly loader: 'js' | 'json';
  readonly contentOf: (path: string) => string | Promise<string>;
}

const REPLACEMENTS: readonly Replacement[] = [
  // Forms and feeds are UTF-8.
  {
    filter: /node_modules\/iconv-lite\/encodings\/tables\/[^/]+\.json$/,
    loader: 'json',
    contentOf: () => '[]',
  },
  {
    filter: /node_modules\/iconv-lite\/encodings\/sbcs-data-generated\.js$/,
    loader: 'js',
    contentOf: () => 'module.exports = {};',
  },
  { filter: /node_modules\/mime-db\/db\.json$/, loader: 'json', contentOf: ownMediaTypes },
  // node-fetch brings web streams for a Node before 16.5.
  {
    filter: /node_modules\/web-streams-polyfill\/.+\.js$/,
    loader: 'js',
    contentOf: () => '',
  },
];

/** Leaves them out. */
export const unusedData: Plugin = {
  name: 'unused-data',
  setup(esbuild) {
    for (const { filter, loader, contentOf } of REPLACEMENTS) {
      esbuild.onLoad({ filter }, async ({ path }) => ({ contents: await contentOf(path), loader }));
    }
  },
};

async function ownMediaTypes(path: string): Promise<string> {
  const all = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(MEDIA_TYPES.map((type) => [type, all[type]])));
}
