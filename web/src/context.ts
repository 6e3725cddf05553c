import type { ChatClient } from '@chat-app/client';
import type { ChatStore } from '@chat-app/client/store';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Dates } from './dates';
import { regionalLanguage, t } from './texts';

/** What every part of the chat has. */
export interface Chat {
  readonly client: ChatClient;
  readonly store: ChatStore;
  /** Shown until the server says the name. */
  readonly ownName: string;
  readonly logOut: () => void;
}

export const ChatContext = createContext<Chat | undefined>(undefined);

/** The chat of this page. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === undefined) throw new Error('there is no chat outside of its page');
  return chat;
}

export const dates = new Dates({
  language: regionalLanguage(),
  today: t.conversation.today,
  yesterday: t.conversation.yesterday,
});
