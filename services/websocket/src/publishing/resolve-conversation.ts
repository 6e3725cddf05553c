import { directConversationId, type CommandFields, type ErrorCode } from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Recipients } from './find-recipients';
import type { PersistenceClient } from '../peers/persistence-client';
import { BoundedCache } from './bounded-cache';
import type { Connection } from '../connections/connection';
import type { InboxFollower } from '../inbox/follow-inbox';

/** Where a send goes. `recipientId` is there for a direct conversation. */
export type Destination =
  | {
      ok: true;
      conversationId: string;
      recipientId: string | undefined;
      /** What is asked for now comes after this, whatever the clock of this pod says; milliseconds since the epoch. */
      afterMs?: number;
    }
  | { ok: false; code: ErrorCode; message: string };

const KNOWN_DIRECTS = 100_000;

/**
 * Finds the conversation of a send and whether the sender may speak in it. What is known is answered at once, anything
 * else by asking: authentication whether a recipient exists, persistence whether the sender is a member.
 *
 * During an outage of persistence a conversation that is not known here is `unavailable`: a message must not be shown
 * to a group by someone who may not be in it.
 */
export class ConversationResolver {
  /** The two users of direct conversations: a fact that never changes. */
  readonly #directs = new BoundedCache<readonly [string, string]>({ entries: KNOWN_DIRECTS });
  readonly #directIds = new BoundedCache<string>({ entries: KNOWN_DIRECTS });

  constructor(
    private readonly recipients: Recipients,
    private readonly persistence: PersistenceClient,
    private readonly follower: InboxFollower,
    private readonly logger: Logger,
  ) {}

  /** Never rejects. A value rather than a promise where nothing has to be asked. */
  resolve(connection: Connection, frame: CommandFields): Destination | Promise<Destination> {
    const { userId } = connection;
    if (frame.recipient_id !== undefined) return this.#direct(userId, frame.recipient_id);
    const conversationId = frame.conversation_id ?? '';
    if (connection.user?.groups.has(conversationId) === true) {
      return { ok: true, conversationId, recipientId: undefined };
    }
    const pair = this.#directs.get(conversationId);
    if (pair === undefined) return this.#ask(connection, conversationId);
    return pair.includes(userId)
      ? { ok: true, conversationId, recipientId: other(pair, userId) }
      : UNKNOWN_CONVERSATION;
  }

  #direct(userId: string, recipientId: string): Destination | Promise<Destination> {
    const destination: Destination = { ok: true, conversationId: this.#directId(userId, recipientId), recipientId };
    if (recipientId === userId || this.recipients.isKnown(recipientId)) return destination;
    return this.recipients.exists(recipientId).then((exists) => (exists ? destination : UNKNOWN_RECIPIENT));
  }

  #directId(userId: string, recipientId: string): string {
    const key = `${userId}|${recipientId}`;
    let id = this.#directIds.get(key);
    if (id === undefined) {
      id = directConversationId(userId, recipientId);
      this.#directIds.set(key, id);
      this.#directs.set(id, [userId, recipientId]);
    }
    return id;
  }

  async #ask({ userId, user }: Connection, conversationId: string): Promise<Destination> {
    const asked = user?.knownAsOf(conversationId) ?? -1;
    try {
      const membership = await this.persistence.findMembership(conversationId, userId);
      if (membership === undefined) return UNKNOWN_CONVERSATION;
      if (membership.kind === 'group') {
        if (user !== undefined) this.follower.confirmGroup(user, conversationId, asked);
        return { ok: true, conversationId, recipientId: undefined };
      }
      const recipientId = membership.recipient_id ?? userId;
      this.#directs.set(conversationId, [userId, recipientId]);
      return { ok: true, conversationId, recipientId };
    } catch (error) {
      if (!isPlatformError(error, 'service_unavailable')) {
        this.logger.error('membership lookup failed', { error });
      }
      return { ok: false, code: 'unavailable', message: 'whether you are a member cannot be told right now' };
    }
  }
}

const UNKNOWN_CONVERSATION: Destination = {
  ok: false,
  code: 'unknown_conversation',
  message: 'there is no such conversation, or you are not in it',
};
const UNKNOWN_RECIPIENT: Destination = { ok: false, code: 'unknown_recipient', message: 'there is no such user' };

function other(pair: readonly [string, string], userId: string): string {
  return pair[0] === userId ? pair[1] : pair[0];
}
