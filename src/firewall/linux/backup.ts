/** The host as it was before us, for the administrator. */
import { join } from 'node:path';
import { writeFileAtomic } from '../../system/atomic-file.ts';
import { readHostRules, saveRules } from './back-end.ts';
import { ipset } from './commands.ts';
import { familiesOf, type LinuxHost } from './host.ts';

/**
 * Writes `pre-threatstop_iptables`, `pre-threatstop_ip6tables` and `pre-threatstop_ipset`, readable by root only:
 * the input of `iptables-restore`, `ip6tables-restore` and `ipset restore`.
 * @throws HostError
 */
export async function backUp(host: LinuxHost): Promise<void> {
  const { run, places } = host;
  const { backEnd } = (await readHostRules(host)).used;
  const hasIpv6 = (await familiesOf(host)).includes(6);
  const texts = {
    'pre-threatstop_iptables': saveRules(run, backEnd, 4),
    'pre-threatstop_ip6tables': hasIpv6 ? saveRules(run, backEnd, 6) : '',
    'pre-threatstop_ipset': run(ipset.saveAll).then(({ stdout }) => stdout),
  };
  await Promise.all(
    Object.entries(texts).map(async ([name, text]) =>
      writeFileAtomic(join(places.backups, name), await text),
    ),
  );
}
