import {
  forgetBridgeFilter,
  loadBridgeFilter,
  type BridgeFiles,
} from '../firewall/linux/bridge.ts';
import { runCommand } from '../system/run-command.ts';

/** Has the kernel show bridged packets to iptables, or not, now and at each boot. */
export function settleBridge(isWanted: boolean, files: BridgeFiles): Promise<void> {
  return (isWanted ? loadBridgeFilter : forgetBridgeFilter)(runCommand, files);
}
