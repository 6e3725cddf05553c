import type { Clock } from '../clock';
import type { Connection } from './connection';

/** What an operator is told of a connection: nothing of what is said over it. */
export function describeConnection(connection: Connection, clock: Clock): object {
  const { deviceId, state, openedAt, credential, inbox, sends, epoch } = connection;
  const expiresAt = clock.wall() + credential.expiresIn(clock.monotonic());
  return {
    device_id: deviceId,
    state,
    opened_at: new Date(openedAt).toISOString(),
    token_expires_at: new Date(expiresAt).toISOString(),
    epoch,
    phase: inbox.phase,
    position: inbox.position,
    inbox_head: inbox.head,
    remembered: inbox.remembered,
    congested: inbox.congested,
    unanswered_sends: sends.unanswered,
  };
}
