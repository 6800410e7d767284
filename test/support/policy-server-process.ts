/** A policy service in a process of its own, e.g. in the network of another host: prints its port, ends with its input. */
import { startPolicyServer } from './policy-server.ts';
import { table } from './prefixes.ts';

const server = await startPolicyServer();
server.serve(table('64.87.3.133', '203.0.113.0/24', '2001:db8:66::/48'), table('203.0.113.9'));
process.stdout.write(`${server.port}\n`);
process.stdin.resume().once('end', () => void server.stop());
