import type { ConversationView } from '@chat-app/client/store';
import { useChat } from '../context';
import { Avatar, Icon } from '../icons';
import { PresenceText } from '../presence';
import { t } from '../texts';
import { ConversationMenu } from './conversation-menu';

interface ConversationHeaderProps {
  conversation: ConversationView;
  title: string;
  onDetails: () => void;
  onSettings: () => void;
}

/** Who the open conversation is with, whether they are there, and what one may do with it. */
export function ConversationHeader({ conversation, title, onDetails, onSettings }: ConversationHeaderProps) {
  const { client } = useChat();
  return (
    <header class="conversation-header">
      <a class="round back" href="#" aria-label={t.conversation.back} title={t.conversation.back}>
        <Icon name="back" />
      </a>
      <Avatar name={title} id={conversation.recipient_id ?? conversation.conversation_id} />
      <div class="who">
        <h1 dir="auto">{title}</h1>
        <PresenceText userId={conversation.recipient_id} />
      </div>
      {conversation.member && <ConversationMenu conversation={conversation} name={title} />}
      {conversation.kind === 'group' && conversation.member && (
        <button
          class="round"
          type="button"
          aria-label={t.conversation.details}
          title={t.conversation.details}
          onClick={onDetails}
        >
          <Icon name="info" />
        </button>
      )}
      {conversation.member && client.has('receipts') && (
        <button
          class="round"
          type="button"
          aria-label={t.conversation.settings}
          title={t.conversation.settings}
          onClick={onSettings}
        >
          <Icon name="gear" />
        </button>
      )}
    </header>
  );
}
