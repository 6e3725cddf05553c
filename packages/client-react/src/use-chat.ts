import type { ChatClient } from '@chat-app/client';
import { ChatStore, type ChatStoreOptions } from '@chat-app/client/store';
import { useEffect, useRef, useState } from 'react';

/** Client and store of a user. */
export interface Chat {
  readonly client: ChatClient;
  readonly store: ChatStore;
}

/** Where the making of a chat stands. */
export type OpeningChat =
  | { readonly status: 'opening' }
  | ({ readonly status: 'open' } & Chat)
  /** The credentials were refused, or nobody could be asked. */
  | { readonly status: 'failed'; readonly error: unknown };

/** Makes a client: createChatClient, or createTabClient for one connection of all tabs. */
export type OpenClient = () => Promise<ChatClient | ({ readonly client: ChatClient } & ChatStoreOptions)>;

const OPENING: OpeningChat = { status: 'opening' };

/**
 * Makes client and store, and closes them when the component goes or `key` changes: who is logged in, for instance. `open`
 * is called once for each; where React mounts twice (StrictMode) the first is closed before the second is made, so that one
 * storage never has two.
 */
export function useChat(key: string, open: OpenClient): OpeningChat {
  const [state, setState] = useState<{ key: string; chat: OpeningChat }>({ key, chat: OPENING });
  const newest = useRef(open);
  useEffect(() => {
    newest.current = open;
  });
  /** The end of the chat before: the next begins after it. */
  const before = useRef(Promise.resolve());
  useEffect(() => {
    let wanted = true;
    const show = (chat: OpeningChat): void => {
      if (wanted) setState({ key, chat });
    };
    show(OPENING);
    const opened = before.current.then(() => (wanted ? start(newest.current, show) : undefined));
    return () => {
      wanted = false;
      before.current = opened.then((chat) => end(chat));
    };
  }, [key]);
  return state.key === key ? state.chat : OPENING;
}

/** Never rejects. */
async function start(open: OpenClient, show: (chat: OpeningChat) => void): Promise<Chat | undefined> {
  try {
    const made = await open();
    const { client, ...options } = 'client' in made ? made : { client: made };
    const chat = { client, store: new ChatStore(client, options) };
    show({ status: 'open', ...chat });
    return chat;
  } catch (error) {
    show({ status: 'failed', error });
    return undefined;
  }
}

/** Never rejects. */
async function end(chat: Chat | undefined): Promise<void> {
  await chat?.client.close();
  chat?.store.release();
}
