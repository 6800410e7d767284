/** `node compact-file.ts FILE > OUTPUT`: what `iprange FILE` does, with the agent's own code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { compactTable } from '../../src/core/prefix-algebra.ts';
import { formatTable, parseTable } from '../../src/core/prefix-text.ts';

const [, , file = ''] = process.argv;
const STDOUT = 1;
writeFileSync(STDOUT, formatTable(compactTable(parseTable(readFileSync(file)))));
