import { route, type Route } from '@chat-app/platform';
import { CursorsRequest } from '@chat-app/protocol';
import type { Context } from '../context';
import { saveCursors } from './sql/save-cursors';

/** Keeps what devices confirmed. A cursor never goes back, and never beyond its inbox. */
export function saveCursorsRoute({ database, settings }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/cursors',
    summary: 'What devices confirmed.',
    access: 'internal',
    body: CursorsRequest,
    responses: { 204: null },
    async handle({ body: { cursors } }) {
      await saveCursors(database, cursors, settings.maxDevices);
      return { status: 204 };
    },
  });
}
