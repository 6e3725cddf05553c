import type { MessageView } from '@chat-app/client/store';
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { fitHeight } from './fit-height';
import { keepEdit, keptEdit } from './kept-edit';

/**
 * The text that one writes in a conversation: kept while it is written, as its draft or as what an edit makes of a message.
 * @param onWrite told whenever it changes
 */
export function useText(
  id: string,
  edited: MessageView | undefined,
  field: RefObject<HTMLTextAreaElement | null>,
  onWrite: () => void,
) {
  const { store, client } = useChat();
  const [text, setText] = useState(() => {
    if (edited === undefined) return store.draft(id);
    const kept = keptEdit(client.userId, id);
    return kept?.message_id === edited.message_id ? kept.content : edited.content;
  });
  useLayoutEffect(() => {
    if (field.current !== null) fitHeight(field.current);
  }, [field, text]);
  const write = (next: string): void => {
    setText(next);
    onWrite();
    if (edited === undefined) store.setDraft(id, next);
    else keepEdit(client.userId, id, { message_id: edited.message_id, content: next });
  };
  /** The edit is sent or given up. */
  const forgetEdit = (): void => {
    if (edited !== undefined) keepEdit(client.userId, id, undefined);
  };
  return { text, write, forgetEdit };
}
