import { existsSync, readFileSync } from 'node:fs';
import { describeFirewallDriver } from '../../contract/firewall-driver.ts';
import { LinuxFirewall } from '../../support/linux-firewall.ts';

describeFirewallDriver('linux', () => {
  const firewall = new LinuxFirewall();
  const { driver, places } = firewall;
  return Promise.resolve({
    driver,
    state: () => {
      const marks = existsSync(places.marks) ? readFileSync(places.marks, 'utf8') : '';
      return Promise.resolve(`${firewall.state()}\n${marks}`);
    },
    tamper: (table, lines) => {
      firewall.host.script(`ipset flush TS${table}addr; ipset add TS${table}addr ${lines.trim()}`);
      return Promise.resolve();
    },
    close: () => {
      firewall.remove();
      return Promise.resolve();
    },
  });
});
