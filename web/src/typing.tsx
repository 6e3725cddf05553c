import type { ComponentChildren } from 'preact';
import { useChat } from './context';
import { sentence } from './sentence';
import { t } from './texts';
import { useObservable } from './use-observable';

/** Who types in a conversation, in words; undefined where nobody does. */
export function useTyping(conversationId: string): ComponentChildren {
  const { store } = useChat();
  const typists = useObservable(store.typing).get(conversationId);
  const names = useObservable(store.userNames);
  if (typists === undefined) return undefined;
  const [name, other, ...others] = typists.map((userId) => names.get(userId));
  if (others.length > 0) return t.typing.many;
  if (name === undefined) return t.typing.somebody;
  return other === undefined ? sentence(t.typing.one, name) : sentence(t.typing.two, name, other);
}

/** Where one sees that somebody types. It keeps its place while nobody does, so that nothing jumps. */
export function TypingLine({ id }: { id: string }) {
  return <p class="typing">{useTyping(id)}</p>;
}
