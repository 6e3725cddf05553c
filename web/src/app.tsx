import { ChatStore } from '@chat-app/client/store';
import { createTabClient } from '@chat-app/client/tabs';
import { useEffect, useState } from 'preact/hooks';
import { baseUrl } from './base-url';
import { ChatPage } from './chat-page';
import { ChatContext, type Chat } from './context';
import {
  forgetSession,
  onSessionElsewhere,
  rememberName,
  savedSession,
  type SavedSession,
} from './session/saved-session';
import { SignIn } from './sign-in';
import { faultText, t } from './texts';

/** Messages that one read of the history asks for: whoever scrolls back waits seldom. */
const HISTORY_PAGE = 100;

/** The page: the chat of a session, or the question who you are. */
export function App() {
  const [session, setSession] = useState(savedSession);
  const [notice, setNotice] = useState('');
  const [chat, setChat] = useState<Chat>();
  useEffect(() => {
    if (session === undefined) return onSessionElsewhere(setSession);
    return begin(session, setChat, (why) => {
      forgetSession(session);
      setNotice(why);
      setSession(undefined);
    });
  }, [session]);
  if (session === undefined) return <SignIn notice={notice} onSession={setSession} />;
  if (chat === undefined) return <main class="starting" aria-busy="true" />;
  return (
    <ChatContext.Provider value={chat}>
      <ChatPage />
    </ChatContext.Provider>
  );
}

/** Starts client and store of a session. @returns what ends them; the session goes on. */
function begin(
  session: SavedSession,
  onChat: (chat: Chat | undefined) => void,
  onEnd: (notice: string) => void,
): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const whenEnded = (work: () => unknown): void => signal.addEventListener('abort', () => void work(), { once: true });
  const start = async (): Promise<void> => {
    const { client, storage } = await createTabClient({ url: baseUrl(), session, storage: localStorage });
    if (signal.aborted) return client.close();
    const store = new ChatStore(client, { storage, pageSize: HISTORY_PAGE });
    whenEnded(() => client.close().then(() => store.release()));
    client.on('connection', ({ state }) => {
      if (state === 'signed_out') onEnd(t.signIn.ended);
      if (state === 'refused') onEnd(t.signIn.refused);
    });
    store.userNames.subscribe(() => {
      const name = store.userNames.get().get(session.user_id);
      if (name !== undefined) rememberName(session, name);
    });
    const awake = (): void => {
      if (document.visibilityState === 'visible') client.reconnect();
    };
    addEventListener('online', awake, { signal });
    document.addEventListener('visibilitychange', awake, { signal });
    const logOut = (): void => {
      if (client.pending.length > 0 && !confirm(t.menu.unsent(client.pending.length))) return;
      client.logout().then(
        () => onEnd(''),
        () => onEnd(t.signIn.notTold),
      );
    };
    onChat({ client, store, ownName: session.username, logOut });
  };
  start().catch((thrown: unknown) => {
    if (!signal.aborted) onEnd(faultText(thrown));
  });
  return () => {
    ending.abort();
    onChat(undefined);
  };
}
