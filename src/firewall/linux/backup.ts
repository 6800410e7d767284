/** The host as it was before us, for the administrator. */
import { join } from 'node:path';
import type { RunCommand } from '../../system/run-command.ts';
import { writeFileAtomic } from '../../system/atomic-file.ts';
import { readHostRules } from './back-end.ts';
import { ipset, iptables } from './commands.ts';

/**
 * Writes `pre-threatstop_iptables`, `pre-threatstop_ip6tables` and `pre-threatstop_ipset`, readable by root only:
 * the input of `iptables-restore`, `ip6tables-restore` and `ipset restore`.
 * @throws HostError
 */
export async function backUp(run: RunCommand, folder: string): Promise<void> {
  const { backEnd } = (await readHostRules(run)).used;
  const commands = {
    'pre-threatstop_iptables': iptables.save(backEnd, 4),
    'pre-threatstop_ip6tables': iptables.save(backEnd, 6),
    'pre-threatstop_ipset': ipset.saveAll,
  };
  await Promise.all(
    Object.entries(commands).map(async ([name, argv]) =>
      writeFileAtomic(join(folder, name), (await run(argv)).stdout),
    ),
  );
}
