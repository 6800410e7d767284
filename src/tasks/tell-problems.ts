/** Tells the administrator where the platform does that, outside of our page. */
import { messageOf } from '../core/errors.ts';
import { noticeChanges } from '../core/notices.ts';
import type { Problem } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** What telling needs. */
export type TellPorts = Pick<AgentPorts, 'log' | 'notices' | 'noticed'>;

/**
 * Shows each error once for as long as it is open, also over restarts, and takes it back when it is gone. It is noted
 * after each that it was shown: a process that dies in between shows that one again rather than never. One that cannot
 * be shown is logged and tried the next time.
 * @param open the problems that are open now
 */
export async function tellProblems(ports: TellPorts, open: readonly Problem[]): Promise<void> {
  const { show, withdraw } = noticeChanges(open, ports.noticed.load());
  for (const problem of show) {
    await attempt(ports, `showing the problem ${problem.code}`, async () => {
      await ports.notices.show(problem);
      ports.noticed.save([...ports.noticed.load(), problem.code]);
    });
  }
  for (const code of withdraw) {
    await attempt(ports, `withdrawing the problem ${code}`, async () => {
      await ports.notices.withdraw(code);
      ports.noticed.save(ports.noticed.load().filter((other) => other !== code));
    });
  }
}

async function attempt({ log }: TellPorts, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn(`${what}: ${messageOf(error)}`);
  }
}
