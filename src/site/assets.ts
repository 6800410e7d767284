import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

/** The files below `/assets/`, read once. */
export interface Assets {
  readonly router: Router;
  /** Changes with the content of the file; asked for with it as `v`, a browser keeps the file for good. */
  versionOf(name: string): string;
}

interface Asset {
  readonly body: Buffer;
  readonly version: string;
}

/**
 * Stylesheet, script and icon of the project, htmx from its package.
 * @param styles names of the files in `css/` that the stylesheet is made of, in this order
 * @throws when a file is missing
 */
export function createAssets(publicDir: string, styles: readonly string[]): Assets {
  const htmxDir = dirname(fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')));
  const files = new Map<string, Asset>([
    ['threatstop.css', asset(styles.map((name) => join(publicDir, 'css', `${name}.css`)))],
    ['page.js', asset([join(publicDir, 'page.js')])],
    ['icon.svg', asset([join(publicDir, 'icon.svg')])],
    ['htmx.min.js', asset([join(htmxDir, 'htmx.min.js')])],
  ]);
  const router = express.Router();
  for (const [name, { body, version }] of files) {
    router.get(`/${name}`, (request, response) => {
      // pfSense passes each request to one of its few PHP processes, so what can be kept is kept.
      const kept = request.query['v'] === version;
      response.set('Cache-Control', kept ? 'private, max-age=31536000, immutable' : 'no-cache');
      response.set('ETag', `"${version}"`).type(name);
      if (request.fresh) response.status(304).end();
      else response.send(body);
    });
  }
  return { router, versionOf: (name) => files.get(name)?.version ?? '' };
}

function asset(paths: readonly string[]): Asset {
  const body = Buffer.concat(paths.map((path) => readFileSync(path)));
  const version = createHash('sha256').update(body).digest('base64url').slice(0, 12);
  return { body, version };
}
