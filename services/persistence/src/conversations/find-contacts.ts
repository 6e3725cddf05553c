import { route, type Route } from '@chat-app/platform';
import { ContactsRequest, ContactsResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { findContacts } from './sql/find-contacts';

/** With which of these users a user shares a conversation: whether they are there is told of those alone. */
export function findContactsRoute({ database }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/contacts',
    summary: 'With which users a user shares a conversation.',
    access: 'internal',
    body: ContactsRequest,
    responses: { 200: ContactsResponse },
    async handle({ body: { user_id, user_ids } }) {
      return { status: 200, body: { contacts: await findContacts(database, user_id, user_ids) } };
    },
  });
}
