/** A policy service in a process of its own: `ENTRIES SECONDS` serves as many entries, others each time the seconds are over. */
import { startPolicyServer } from '../../test/support/policy-server.ts';
import { randomPolicy } from './random-policy.ts';

const [entries = '1000000', seconds = '10'] = process.argv.slice(2);
const server = await startPolicyServer();
let seed = 1;
const serve = (): void => server.serve(randomPolicy(Number(entries), seed++));
serve();
const timer = setInterval(serve, Number(seconds) * 1000);
process.stdout.write(`${server.port}\n`);
process.stdin.resume().once('end', () => {
  clearInterval(timer);
  void server.stop();
});
