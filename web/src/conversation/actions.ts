import type { MessageView } from '@chat-app/client/store';
import { createContext } from 'preact';

/** What can be done with the messages of the open conversation. */
export interface Actions {
  /** Whether the user may delete what others wrote. */
  readonly isOwner: boolean;
  /** Begins to edit a message where one writes. */
  readonly edit: (message: MessageView) => void;
}

export const ActionsContext = createContext<Actions>({ isOwner: false, edit: () => undefined });
