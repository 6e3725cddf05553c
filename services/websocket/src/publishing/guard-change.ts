import { ERRORS, type AnyCommand, type AskChangeRequest, type CommandFields } from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Connection } from '../connections/connection';
import type { PersistenceClient } from '../peers/persistence-client';
import type { ConversationResolver, Destination } from './resolve-conversation';

/**
 * Finds where a command goes, and whether its user may: for what changes a message persistence is asked before anything is
 * in the log or shown. Persistence judges again where it stores.
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
    const messageId = command.changes?.(frame);
    if (messageId === undefined) return destination;
    const kind = command.kind as AskChangeRequest['kind'];
    return this.#ask(connection.userId, kind, messageId, destination);
  }

  async #ask(
    actor_id: string,
    kind: AskChangeRequest['kind'],
    message_id: string,
    resolved: Destination | Promise<Destination>,
  ): Promise<Destination> {
    const destination = await resolved;
    if (!destination.ok) return destination;
    const { conversationId: conversation_id } = destination;
    try {
      const { refused, edited_at } = await this.persistence.askChange({ kind, actor_id, conversation_id, message_id });
      if (refused !== undefined) return { ok: false, code: refused, message: ERRORS[refused].action };
      return edited_at === undefined ? destination : { ...destination, afterMs: Date.parse(edited_at) };
    } catch (error) {
      if (!isPlatformError(error, 'service_unavailable')) {
        this.logger.error('whether a message may be changed could not be asked', { error });
      }
      return { ok: false, code: 'unavailable', message: 'whether you may change it cannot be told right now' };
    }
  }
}
