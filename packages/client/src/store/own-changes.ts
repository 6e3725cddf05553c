import type { ChangeStateChange } from '../events';
import type { MessageView } from './views';

interface OwnChange {
  id: string;
  type: 'edit' | 'delete';
  content: string;
  /** Why it was refused. */
  code?: string;
}

/** Own edits and deletions that wait to be accepted, or were refused: shown over what the messages are. Pure state. */
export class OwnChanges {
  /** By message: the newest of each. */
  private readonly changes = new Map<string, OwnChange>();

  /** An own change was taken into the outbox. */
  sending(messageId: string, id: string, type: OwnChange['type'], content: string): void {
    this.changes.set(messageId, { id, type, content });
  }

  /** @returns whether this is the change that is shown */
  stateChanged({ message_id, id, state, code }: ChangeStateChange): boolean {
    const change = this.changes.get(message_id);
    if (change?.id !== id || state === 'sending') return false;
    if (state === 'failed') this.changes.set(message_id, { ...change, code: code ?? 'internal' });
    else this.changes.delete(message_id);
    return true;
  }

  /** Forgets one that was refused. */
  dismiss(messageId: string): void {
    if (this.changes.get(messageId)?.code !== undefined) this.changes.delete(messageId);
  }

  /** The message as its user wants it. */
  show(message: MessageView): MessageView {
    // Most timelines have none, and every message of one is shown again after each change.
    const change = this.changes.size === 0 ? undefined : this.changes.get(message.message_id);
    if (change === undefined) return message;
    const { type, code, content } = change;
    if (code !== undefined) return { ...message, change: { type, state: 'failed', content, code } };
    return { ...message, change: { type, state: 'sending', content }, ...(type === 'edit' && { content }) };
  }
}
