import type { Request } from 'express';

/** Whether htmx asks, which wants a part of the page only. */
export function isFragment(request: Request): boolean {
  return request.get('hx-request') === 'true';
}
