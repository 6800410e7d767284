/** Gives 1,000,000 damaged DNS messages to the decoders: no crash, no wrong address, and the slowest input. */
import { fuzzDecoders } from '../test/support/dns-fuzz.ts';
import { report } from './support/report.ts';

const INPUTS = 1_000_000;
const GOAL_MS = 50;

const seed = Number(process.argv[2] ?? 1);
const start = performance.now();
const { taken, longestMs } = fuzzDecoders(INPUTS, seed);
const perSecond = INPUTS / ((performance.now() - start) / 1000);
report(
  `DNS decoders, seed ${seed}`,
  ['inputs/s', 'read', 'slowest'],
  [
    {
      what: `${INPUTS} damaged messages`,
      values: [perSecond.toFixed(0), String(taken), `${longestMs.toFixed(1)} ms`],
      figure: GOAL_MS / longestMs,
      goal: 1,
      unit: `x below ${GOAL_MS} ms`,
    },
  ],
);
