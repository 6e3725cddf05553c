import type { MessageView } from '@chat-app/client/store';
import { createContext } from 'preact';

/** What can be done with the messages of the open conversation. */
export interface Actions {
  /** Whether the user may delete what others wrote. */
  readonly isOwner: boolean;
  /** Begins to edit a message where one writes. */
  readonly edit: (message: MessageView) => void;
  /** Begins to answer a message where one writes. */
  readonly reply: (message: MessageView) => void;
  /** A message of the conversation, where it is loaded. */
  readonly find: (messageId: string) => MessageView | undefined;
}

export const ActionsContext = createContext<Actions>({
  isOwner: false,
  edit: () => undefined,
  reply: () => undefined,
  find: () => undefined,
});
