import {
  ERRORS,
  type AnyCommand,
  type AskChangeRequest,
  type ChangeOfMessage,
  type CommandFields,
} from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Connection } from '../connections/connection';
import type { PersistenceClient } from '../peers/persistence-client';
import type { ConversationResolver, Destination } from './resolve-conversation';

/**
 * Finds where a command goes, and whether its user may: for what changes a message persistence is asked before anything is
 * in the log or shown. What goes to somebody who blocks the user, or whom the user blocks, is refused by what the pod knows.
 * Persistence judges again where it stores.
 */
export class ChangeGuard {
  constructor(
    private readonly resolver: ConversationResolver,
    private readonly persistence: PersistenceClient,
    private readonly logger: Logger,
  ) {}

  /** Never rejects. A value rather than a promise where nothing has to be asked. */
  resolve(connection: Connection, command: AnyCommand, frame: CommandFields): Destination | Promise<Destination> {
    const destination = this.resolver.resolve(connection, frame);
    const change = command.changes?.(frame);
    if (change === undefined) {
      if (destination instanceof Promise) return destination.then((found) => unlessBlocked(connection, found));
      return unlessBlocked(connection, destination);
    }
    return this.#ask(connection, command, change, destination);
  }

  async #ask(
    connection: Connection,
    command: AnyCommand,
    change: ChangeOfMessage,
    resolved: Destination | Promise<Destination>,
  ): Promise<Destination> {
    // What was said, or reacted with, may be taken away whoever blocks whom.
    const isTakenAway = command.kind === 'deleted' || change.on === false;
    const destination = isTakenAway ? await resolved : unlessBlocked(connection, await resolved);
    if (!destination.ok) return destination;
    const { conversationId: conversation_id } = destination;
    const kind = command.kind as AskChangeRequest['kind'];
    const actor_id = connection.userId;
    try {
      const { refused, edited_at } = await this.persistence.askChange({ kind, actor_id, conversation_id, ...change });
      if (refused !== undefined) return { ok: false, code: refused, message: ERRORS[refused].action };
      return edited_at === undefined ? destination : { ...destination, afterMs: Date.parse(edited_at) };
    } catch (error) {
      if (!isPlatformError(error, 'service_unavailable')) {
        this.logger.error('message change lookup failed', { error });
      }
      return { ok: false, code: 'unavailable', message: 'whether you may change it cannot be told right now' };
    }
  }
}

/** Which of the two blocks the other nobody is told. */
function unlessBlocked({ user }: Connection, destination: Destination): Destination {
  if (!destination.ok || destination.recipientId === undefined) return destination;
  return user?.isBlocked(destination.recipientId) === true ? BLOCKED : destination;
}

const BLOCKED: Destination = { ok: false, code: 'blocked', message: 'you cannot write to this user' };
