import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe-core finds wrong with the page as it is shown, moderate and worse: `<rule>: <element> (<what to do>)`.
 * Empty when all is well. Needs a tab with JavaScript; the Content-Security-Policy of the page does not matter.
 */
export async function axeFindings(tab: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, not as a script of the page.
  await tab.evaluate(source);
  const { violations } = await tab.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${html} (${help})`));
}
