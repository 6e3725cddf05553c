import { route, type Route } from '@chat-app/platform';
import { ContactsRequest, ContactsResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { hidesLastSeen } from '../last-seen/sql/hides-last-seen';
import { findContacts } from './sql/find-contacts';

/**
 * With which of these users a user shares a conversation: whether they are there is told of those alone. When they were here
 * last is told to nobody who keeps their own to themselves.
 */
export function findContactsRoute({ database }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/contacts',
    summary: 'With which users a user shares a conversation.',
    access: 'internal',
    body: ContactsRequest,
    responses: { 200: ContactsResponse },
    async handle({ body: { user_id, user_ids } }) {
      const [found, isHidden] = await Promise.all([
        findContacts(database, user_id, user_ids),
        hidesLastSeen(database, user_id),
      ]);
      const contacts = found.map((contact) => contact.user_id);
      const hiding = found.filter((contact) => contact.hides_last_seen).map((contact) => contact.user_id);
      return { status: 200, body: { contacts, shows_last_seen: !isHidden, hiding_last_seen: hiding } };
    },
  });
}
