import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

/** The files below `/assets/`: stylesheet, script and icon of the project, htmx from its package. */
export function assets(publicDir: string): Router {
  const htmxDir = dirname(fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')));
  const router = express.Router();
  serve(router, publicDir, ['threatstop.css', 'page.js', 'icon.svg']);
  serve(router, htmxDir, ['htmx.min.js']);
  return router;
}

function serve(router: Router, root: string, names: readonly string[]): void {
  for (const name of names) {
    router.get(`/${name}`, (_request, response) => {
      // Asked for anew each time, answered by 304: an upgrade shows at once.
      response.set('Cache-Control', 'no-cache');
      response.sendFile(name, { root, cacheControl: false });
    });
  }
}
