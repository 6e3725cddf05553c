import { route, type Route } from '@chat-app/platform';
import { CursorsRequest } from '@chat-app/protocol';
import type { Context } from '../context';
import { saveCursors } from './sql/save-cursors';

/** Keeps what devices confirmed. A cursor never goes back, and never beyond its inbox. What a user received is told to the senders. */
export function saveCursorsRoute({ database, settings, receipts }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/cursors',
    summary: 'What devices confirmed.',
    access: 'internal',
    body: CursorsRequest,
    responses: { 204: null },
    async handle({ body: { cursors } }) {
      receipts.received(await saveCursors(database, cursors, settings.maxDevices));
      return { status: 204 };
    },
  });
}
