import type { MessageView } from '@chat-app/client/store';
import { useContext } from 'preact/hooks';
import { useChat } from '../context';
import { t } from '../texts';
import { useObservable } from '../use-observable';
import { ActionsContext } from './actions';

const QUOTED_CHARACTERS = 140;

/** The message that another one answers, where it is loaded. */
export function Quote({ messageId }: { messageId: string }) {
  const { find } = useContext(ActionsContext);
  const quoted = find(messageId);
  return (
    <blockquote class="quote">{quoted === undefined ? t.message.quoteUnknown : <Quoted message={quoted} />}</blockquote>
  );
}

/** Who wrote a message, and how it begins. */
export function Quoted({ message: { own, sender_id, content, deleted_at } }: { message: MessageView }) {
  const { store } = useChat();
  const names = useObservable(store.userNames);
  return (
    <>
      <strong>
        <bdi>{own ? t.list.you : (names.get(sender_id) ?? '…')}</bdi>
      </strong>{' '}
      <span dir="auto">{deleted_at === undefined ? content.slice(0, QUOTED_CHARACTERS) : t.message.deleted}</span>
    </>
  );
}
