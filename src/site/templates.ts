import { join } from 'node:path';
import ejs from 'ejs';

/** Configuration of htmx that fits the Content-Security-Policy and shows refusals in place. */
export const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[234]..', swap: true },
    { code: '...', swap: false, error: true },
  ],
});

/** Fills a template, named by its path below the folder, without suffix. */
export type Templates = (name: string, values: object) => Promise<string>;

/**
 * The templates of a folder; each file is read and compiled once. They escape everything (`<%= %>`); `<%- %>` is for
 * includes.
 */
export function createTemplates(viewsDir: string): Templates {
  const options = { cache: true, rmWhitespace: true, strict: false, views: [viewsDir] };
  return async (name, values) => {
    const html = await ejs.renderFile(join(viewsDir, `${name}.ejs`), values, options);
    // Where a template decided against something, it left empty lines.
    return html.replace(/\n{2,}/g, '\n');
  };
}
