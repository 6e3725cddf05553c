import { RecentMap } from '../state/recent-map';
import { newerReactions, type ReactionView } from './reactions';
import type { MessageView } from './views';

/** What is told of a message by version: the newest counts, in whatever order they come. */
export interface MessageState {
  readonly message_id: string;
  readonly version: number;
  readonly reactions: readonly ReactionView[];
}

/** Most messages whose newest state is remembered: longer than any page of history takes to come. */
const REMEMBERED = 500;

/** The message in this state, unless it is known in a newer one. */
export function inState(message: MessageView, { version, reactions }: MessageState): MessageView {
  if (version < (message.version ?? -1)) return message;
  const { reactions: _before, ...rest } = message;
  const newer = message.deleted_at === undefined ? newerReactions(message.reactions, reactions) : [];
  return { ...rest, version, ...(newer.length > 0 && { reactions: newer }) };
}

/** The state of messages as it was last told: the message itself may come later, or in an older state. Pure state. */
export class MessageStates {
  private readonly latest = new RecentMap<MessageState>(REMEMBERED);

  record(state: MessageState): void {
    const { message_id, version } = state;
    if (version >= (this.latest.get(message_id)?.version ?? -1)) this.latest.set(message_id, state);
  }

  /** The message in the newest state that is known of it. */
  apply(message: MessageView): MessageView {
    const state = this.latest.get(message.message_id);
    return state === undefined ? message : inState(message, state);
  }
}
