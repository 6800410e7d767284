/** The host as it was before us, for the administrator. */
import { join } from 'node:path';
import type { RunCommand } from '../../system/run-command.ts';
import { writeFileAtomic } from '../../system/atomic-file.ts';
import { readHostRules, saveRules } from './back-end.ts';
import { ipset } from './commands.ts';

/**
 * Writes `pre-threatstop_iptables`, `pre-threatstop_ip6tables` and `pre-threatstop_ipset`, readable by root only:
 * the input of `iptables-restore`, `ip6tables-restore` and `ipset restore`.
 * @throws HostError
 */
export async function backUp(run: RunCommand, folder: string): Promise<void> {
  const { backEnd } = (await readHostRules(run)).used;
  const texts = {
    'pre-threatstop_iptables': saveRules(run, backEnd, 4),
    'pre-threatstop_ip6tables': saveRules(run, backEnd, 6),
    'pre-threatstop_ipset': run(ipset.saveAll).then(({ stdout }) => stdout),
  };
  await Promise.all(
    Object.entries(texts).map(async ([name, text]) =>
      writeFileAtomic(join(folder, name), await text),
    ),
  );
}
