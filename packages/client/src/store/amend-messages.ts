import type { MessageDeleted, MessageEdited } from '../events';
import type { StoredMessage } from '@chat-app/protocol';
import { RecentMap } from '../state/recent-map';
import type { MessageView } from './views';

/** What became of a message: its newest content, or that it has none any more. */
export interface Amendment {
  readonly message_id: string;
  readonly content: string;
  readonly edited_at?: string | undefined;
  readonly deleted_at?: string | undefined;
  readonly deleted_by?: string | undefined;
}

/** Most messages of which it is remembered what became of them: longer than any page of history takes to come. */
const REMEMBERED = 500;

export function amendmentOf(event: MessageEdited): Amendment {
  const { message_id, content, at, edited_at = at, deleted_at, deleted_by } = event;
  return { message_id, content, edited_at, deleted_at, deleted_by };
}

export function deletionOf({ message_id, at, actor_id }: MessageDeleted): Amendment {
  return { message_id, content: '', deleted_at: at ?? '', deleted_by: actor_id };
}

/** What the whole state of a message says of its content; undefined where it never was another. */
export function contentOf(message: StoredMessage): Amendment | undefined {
  const { message_id, content, edited_at, deleted_at, deleted_by } = message;
  if (edited_at === undefined && deleted_at === undefined) return undefined;
  return { message_id, content, edited_at, deleted_at, deleted_by };
}

/** The message with an amendment. The newest edit counts, in whatever order they come; after a deletion none does. */
export function amend(message: MessageView, { content, edited_at, deleted_at, deleted_by }: Amendment): MessageView {
  if (message.deleted_at !== undefined) return message;
  if (deleted_at !== undefined) {
    const { reactions: _reactions, reply_to: _answered, mentions: _mentions, ...rest } = message;
    return { ...rest, content: '', deleted_at, ...(deleted_by !== undefined && { deleted_by }) };
  }
  const isNewest = edited_at !== undefined && edited_at >= (message.edited_at ?? '');
  return isNewest ? { ...message, content, edited_at } : message;
}

/** What became of messages lately: a page of history that was asked for before may not know. Pure state. */
export class Amendments {
  private readonly latest = new RecentMap<Amendment>(REMEMBERED);

  record(amendment: Amendment): void {
    const { message_id } = amendment;
    const known = this.latest.get(message_id);
    const isOlder =
      known !== undefined &&
      (known.deleted_at !== undefined ||
        (amendment.deleted_at === undefined && (known.edited_at ?? '') > (amendment.edited_at ?? '')));
    if (!isOlder) this.latest.set(message_id, amendment);
  }

  /** The message as it is now. */
  apply(message: MessageView): MessageView {
    const amendment = this.latest.get(message.message_id);
    return amendment === undefined ? message : amend(message, amendment);
  }
}
