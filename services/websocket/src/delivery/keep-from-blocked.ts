import { userChannel } from '@chat-app/protocol';
import type { ConnectedUser } from '../connections/connection';

/** Where one of two blocks the other, neither is told directly of what the other does; in a group both are members. */
export function isKeptFrom(user: ConnectedUser, actorId: string, channel: string): boolean {
  return user.isBlocked(actorId) && channel === userChannel(user.userId);
}
