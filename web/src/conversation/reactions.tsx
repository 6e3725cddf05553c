import type { MessageView, ReactionView } from '@chat-app/client/store';
import { useEffect } from 'preact/hooks';
import { useChat } from '../context';
import { t } from '../texts';
import { useObservable } from '../use-observable';

/** Most names that are shown of a reaction. */
const MAX_NAMES = 10;

/** What members reacted with, below a message: pressing one joins in, or takes back one's own. */
export function Reactions({ message }: { message: MessageView }) {
  const { reactions = [], deleted_at } = message;
  if (reactions.length === 0 || deleted_at !== undefined) return null;
  return (
    <ul class="reactions" aria-label={t.reactions.label}>
      {reactions.map((reaction) => (
        <Chip key={reaction.emoji} message={message} reaction={reaction} />
      ))}
    </ul>
  );
}

function Chip({ message, reaction }: { message: MessageView; reaction: ReactionView }) {
  const { client, store } = useChat();
  const { emoji, count, own, user_ids } = reaction;
  const known = useObservable(store.userNames);
  useEffect(() => {
    for (const userId of user_ids.slice(0, MAX_NAMES)) store.wantName(userId);
  }, [store, user_ids]);
  const others = user_ids.filter((userId) => userId !== client.userId).flatMap((userId) => known.get(userId) ?? []);
  const names = [...(own ? [t.conversation.you] : []), ...others].slice(0, MAX_NAMES).join(', ');
  return (
    <li>
      <button
        class="reaction"
        type="button"
        aria-pressed={own}
        aria-label={t.reactions.of(emoji, count, names)}
        title={names}
        onClick={() => store.react(message, emoji, !own)}
      >
        <bdi>{emoji}</bdi> {count}
      </button>
    </li>
  );
}
