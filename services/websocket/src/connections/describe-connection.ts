import type { Connection } from './connection';

/** What an operator is told of a connection: nothing of what is said over it. */
export function describeConnection(connection: Connection): object {
  const { deviceId, state, openedAt, expiresAt, inbox, congested, unacknowledged } = connection;
  return {
    device_id: deviceId,
    state,
    opened_at: new Date(openedAt).toISOString(),
    token_expires_at: new Date(expiresAt).toISOString(),
    position: inbox.position,
    inbox_head: inbox.head,
    congested,
    unanswered_sends: unacknowledged,
  };
}
