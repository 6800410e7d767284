/** The line that shows how far long work is: on a terminal, on standard error, gone when the work has ended. */
import { printable } from '../core/errors.ts';
import type { Progress } from '../core/ports.ts';
import type { TextOutput } from './context.ts';

/** A bar that is being drawn. */
export interface ProgressBar {
  /** Takes it off the screen, so that a line can be printed; it comes back with the next progress. */
  hide(): void;
  /** Ends it. */
  stop(): void;
}

/** How often it is looked at. Work that is done sooner shows no bar. */
const LOOK_MS = 150;
const BAR_CELLS = 24;
/** ECMA-48: to the first column, and erase the line. */
const ERASE = '\r\u001b[K';

/** Draws what `progress` tells until it is stopped. */
export function startProgressBar(
  progress: () => Progress | null,
  { output, columns }: { readonly output: TextOutput; readonly columns: number },
): ProgressBar {
  let shown = '';
  const hide = (): void => {
    if (shown !== '') output.write(ERASE);
    shown = '';
  };
  const draw = (): void => {
    const now = progress();
    if (now === null) return;
    const text = barText(now, columns);
    if (text !== shown) output.write(`${ERASE}${text}`);
    shown = text;
  };
  const timer = setInterval(draw, LOOK_MS);
  const stop = (): void => {
    clearInterval(timer);
    hide();
  };
  return { hide, stop };
}

/** One line shorter than `columns`: `[########................]  33 %  fetching sub-lists (4 of 12)`. */
export function barText({ step, done, total }: Progress, columns: number): string {
  const words = printable(step);
  if (done === null || total === null || total <= 0) return `${words} …`.slice(0, columns - 1);
  const share = Math.min(1, Math.max(0, done / total));
  const cells = Math.floor(share * BAR_CELLS);
  const bar = `[${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}]`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `${bar} ${percent}  ${words} (${done} of ${total})`.slice(0, columns - 1);
}
