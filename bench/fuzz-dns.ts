/**
 * Gives 1,000,000 damaged DNS messages to the decoders: answers, zone transfers and signatures. No crash, no
 * address that is not in the message, no signature of another message; and the slowest input.
 */
import { fuzzDecoders } from '../test/support/dns-fuzz.ts';
import { report } from './support/report.ts';

const INPUTS = 1_000_000;
const GOAL_MS = 50;

const seed = Number(process.argv[2] ?? 1);
const start = performance.now();
const { taken, transfers, longestMs } = fuzzDecoders(INPUTS, seed);
const perSecond = INPUTS / ((performance.now() - start) / 1000);
report(
  `DNS decoders, seed ${seed}`,
  ['inputs/s', 'read', 'of them transfers', 'slowest'],
  [
    {
      what: `${INPUTS} damaged messages`,
      values: [
        perSecond.toFixed(0),
        String(taken),
        String(transfers),
        `${longestMs.toFixed(1)} ms`,
      ],
      figure: GOAL_MS / longestMs,
      goal: 1,
      unit: `x below ${GOAL_MS} ms`,
    },
  ],
);
