import { createHash } from 'node:crypto';
import type { Status } from '../tasks/agent.ts';
import type { HitSummary } from '../tasks/hit-questions.ts';
import { confirmationView } from './confirmation.ts';
import { moreThan } from './facts.ts';
import { shorten } from '../site/format.ts';
import { glanceView, type GlanceView } from './glance.ts';
import { heldView } from './held.ts';
import type { Notice } from '../site/notices.ts';
import type { PageRequest, ShownPage } from './page.ts';
import { panelsOf } from './panels.ts';
import { chartsData } from './charts-data.ts';
import { protectionView } from './protection.ts';
import { raiseView } from './raise-limit.ts';
import { recentActivity } from './recent-activity.ts';
import { texts } from './texts.ts';

// These keep a poll below 15 kB whatever the texts are (test/web/poll-size.test.ts).
const MOST_PROBLEMS = 4;
/** Characters of all messages together, and of what to do. */
const PROBLEM_TEXTS = 600;
const LONGEST_TEXT = 300;

/** The overview, with what came of an action. */
export async function overviewPage(
  request: PageRequest,
  notice: Notice | null = null,
  status = 200,
): Promise<ShownPage> {
  const summary = await request.agent.hitSummary();
  const data = {
    ...(await overviewData(request, summary, { recent: false })),
    ...chartsData(summary, request.now),
    ...(await recentActivity(request)),
  };
  const title = data.overview.protection.word;
  return { kind: 'page', status, view: 'overview', title, tab: 'overview', notice, data };
}

/**
 * Values of the overview's templates, and the mark that tells whether anything in them changed.
 * @param question as that of `Agent.status`
 */
export async function overviewData(
  request: PageRequest,
  summary: HitSummary,
  question: { readonly recent: boolean },
) {
  const status = await request.agent.status(question);
  const glance = glanceView(status, summary);
  return {
    overview: {
      mark: markOf(status, glance),
      dryRun: status.dryRun,
      setUp: status.protection.state !== 'not-set-up',
      protection: protectionView(status),
      confirmation: confirmationView(status),
      problems: problemViews(status),
      moreProblems: moreThan(status.problems.length, MOST_PROBLEMS),
      glance,
      ...panelsOf(status),
    },
  };
}

/** The first of them; the fewer there are, the longer each can be. */
function problemViews({ problems, held }: Status) {
  const shown = problems.slice(0, MOST_PROBLEMS);
  const longest = Math.min(LONGEST_TEXT, PROBLEM_TEXTS / Math.max(1, shown.length));
  return shown.map((problem) => ({
    severity: problem.severity,
    label: texts[problem.severity],
    message: shorten(problem.message, longest),
    remedy: shorten(problem.remedy, longest),
    raise: raiseView(problem),
    held: problem.code === 'policy-held' && held !== null ? heldView(held) : null,
  }));
}

/** Equal while nothing but the clock moved; relative times are kept right by `public/page.js`. */
function markOf(status: Status, glance: readonly GlanceView[]): string {
  const shown = glance.map(({ figure, note, link }) => [figure, note, link]);
  const text = JSON.stringify([{ ...status, now: 0 }, shown]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
