import type { Notice } from '../../site/notices.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { leadOn } from '../start-task.ts';
import type { StartedTask } from '../started-tasks.ts';
import { taskView } from '../task-view.ts';
import { texts } from '../texts.ts';

/**
 * How far a task is. htmx polls the part that says so, and gets the result in its place; without it a page that loads
 * itself anew leads on to the result.
 */
export function showTask(request: PageRequest): PageAnswer {
  const task = request.tasks.find(request.query('id'));
  if (task === null) return unknownTask(request);
  if (task.result === null) return runningTask(request, task);
  if (!request.fragment) return leadOn(request, task, task.result);
  if (task.order.leave === true) return { ...leadOn(request, task, task.result), whole: true };
  return notice(task.result.notice);
}

function runningTask(request: PageRequest, task: StartedTask): PageAnswer {
  const view = taskView(task, request.now, request.agent.progress());
  const data = { task: view };
  return { kind: 'page', view: 'task', part: 'task', title: view.words, tab: null, data };
}

function unknownTask(request: PageRequest): PageAnswer {
  const said: Notice = { tone: 'info', message: texts.task.gone, remedy: '', notes: [] };
  if (request.fragment) return notice(said);
  return { kind: 'redirect', to: '/', query: { notice: request.notices.keep(said) } };
}

/** What htmx puts in place of a task that ended; the parts that depend on it listen for `ts-done`. */
function notice(said: Notice): PageAnswer {
  const title = said.message;
  const data = {};
  return {
    ...{ kind: 'page', view: 'overview', part: 'notice', title, tab: null, data },
    ...{ notice: said, trigger: 'ts-done' },
  };
}
