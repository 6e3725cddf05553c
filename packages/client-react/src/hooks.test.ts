/** Hooks in real React under StrictMode, in a document of jsdom, on a real client and store against a scripted server. */
import { window } from '../testing/install-document';
import { act } from '../testing/act';
import { Component, createElement, StrictMode, useState, type FunctionComponent, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { ChatClient } from '@chat-app/client';
import { FakeHistory, deliver, messageOf } from '../../client/testing/fake-history';
import { memoryStorage } from '../../client/testing/recorded-client';
import { acceptedFor, CONVERSATION, sceneForEachTest } from '../../client/testing/scene';
import { USER_2 } from '../../client/testing/fake-server';
import {
  ChatProvider,
  useActiveConversation,
  useChat,
  useConnection,
  useConversations,
  useDraft,
  useMessages,
  usePresence,
  useTyping,
  useUserName,
  type OpenClient,
} from '.';

const until = async (holds: () => boolean): Promise<void> => {
  for (let attempt = 0; !holds(); attempt += 1) {
    if (attempt > 800) throw new Error('it never came to that');
    await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  }
};

/** Shows what a component threw. */
class Boundary extends Component<{ children?: ReactNode }, { words?: string }> {
  override state: { words?: string } = {};
  static getDerivedStateFromError({ message }: Error): { words: string } {
    return { words: message };
  }
  override render(): ReactNode {
    return this.state.words ?? this.props.children;
  }
}

describe('the hooks under StrictMode', () => {
  const scene = sceneForEachTest();
  let root: Root;
  let made: ChatClient[];

  beforeEach(() => {
    root = createRoot(window.document.body, { onCaughtError: () => undefined });
    made = [];
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    await Promise.all(made.map((client) => client.close()));
  });

  const text = (): string => window.document.body.textContent ?? '';
  const draw = (component: FunctionComponent): Promise<void> =>
    act(async () => root.render(createElement(StrictMode, null, createElement(component))));
  const open: OpenClient = async () => {
    // The same class, by its sources.
    const client = (await scene.start({ storage: memoryStorage() })).client as unknown as ChatClient;
    made.push(client);
    return client;
  };
  const under = (child: FunctionComponent, opener = open): FunctionComponent =>
    function App(): ReactNode {
      const chat = useChat('user1', opener);
      if (chat.status !== 'open') return chat.status === 'failed' ? String(chat.error) : chat.status;
      return createElement(ChatProvider, { store: chat.store }, createElement(child));
    };

  /** Answers every connection as the server would. */
  const serve = (fields: object = {}): FakeHistory => {
    const history = new FakeHistory(scene.server);
    void (async () => {
      for (;;) (await scene.server.connection()).welcome({ ...fields });
    })();
    return history;
  };

  it('make one client in the end, close every other, and close the last when the component goes', async () => {
    serve();
    await draw(under(() => useConnection().state));
    await until(() => text() === 'online');
    expect(made.filter(({ state }) => state !== 'closed')).toHaveLength(1);
    await act(async () => root.render(null));
    await until(() => made.every(({ state }) => state === 'closed'));
  });

  it('say why no client could be made', async () => {
    await draw(
      under(
        () => null,
        async () => {
          throw new Error('wrong password');
        },
      ),
    );
    await until(() => text() === 'Error: wrong password');
  });

  it('show list, names, drafts and messages, and draw what changes', async () => {
    const history = serve();
    history.store(1, 3);
    const Draft = (): ReactNode => {
      const [draft, setDraft] = useDraft(CONVERSATION);
      return createElement('button', { onClick: () => setDraft('half a th') }, `draft: ${draft}`);
    };
    const Page = (): ReactNode => {
      const [first] = useConversations();
      const name = useUserName(first?.recipient_id ?? '');
      const { items } = useMessages(CONVERSATION);
      const shown = items.map((item) => (item.kind === 'message' ? item.message.content : item.kind));
      return [`${name}: ${first?.unread}; `, shown.join(', '), createElement(Draft, { key: 'draft' })];
    };
    await draw(under(Page));
    await until(() => text().startsWith('user2: 3; message 1, message 2, message 3'));
    deliver(scene.server.connections.all.at(-1)!, messageOf(4));
    await until(() => text().startsWith('user2: 4; message 1, message 2, message 3, message 4'));
    await act(async () => window.document.querySelector('button')?.click());
    await until(() => text().endsWith('draft: half a th'));
  });

  it('read what is looked at, and no longer once it is not', async () => {
    const history = serve();
    history.store(1, 2);
    let look: (id: string | undefined) => void = () => undefined;
    const Page = (): ReactNode => {
      useActiveConversation(CONVERSATION);
      return `unread: ${useConversations()[0]?.unread}`;
    };
    const Elsewhere = (): ReactNode => `unread: ${useConversations()[0]?.unread}`;
    await draw(
      under(() => {
        const [at, setAt] = useState<string | undefined>(CONVERSATION);
        look = setAt;
        return createElement(at === undefined ? Elsewhere : Page);
      }),
    );
    await until(() => text() === 'unread: 0' && history.markers.length > 0);
    await act(async () => look(undefined));
    history.store(3);
    deliver(scene.server.connections.all.at(-1)!, messageOf(3));
    await until(() => text() === 'unread: 1');
  });

  it('send, and show what becomes of it', async () => {
    serve();
    const Page = (): ReactNode => {
      const { items, send } = useMessages(CONVERSATION);
      const messages = items.flatMap((item) => (item.kind === 'message' ? [item.message] : []));
      const told = messages.map(({ content, state }) => `${content} ${state}`).join();
      return createElement('button', { onClick: () => send('hello') }, told);
    };
    await draw(under(Page));
    await until(() => window.document.querySelector('button') !== null);
    await act(async () => window.document.querySelector('button')?.click());
    expect(text()).toBe('hello sending');
    await until(() => scene.server.connections.all.length > 0);
    const connection = scene.server.connections.all.at(-1)!;
    connection.send(acceptedFor(await connection.next('send')));
    await until(() => text() === 'hello accepted');
  });

  it('show who else is typing, until they stop or their message is there', async () => {
    serve();
    await draw(under(() => `typing: ${useTyping(CONVERSATION).join()}`));
    await until(() => text() === 'typing: ' && scene.server.connections.all.length > 0);
    const connection = scene.server.connections.all.at(-1)!;
    const says = (active: boolean) =>
      connection.send({ type: 'typing', conversation_id: CONVERSATION, user_id: USER_2, active });
    says(true);
    await until(() => text() === `typing: ${USER_2}`);
    says(false);
    await until(() => text() === 'typing: ');
    connection.send({ type: 'typing', conversation_id: 'another', user_id: USER_2, active: true });
    says(true);
    await until(() => text() === `typing: ${USER_2}`);
    deliver(connection, messageOf(1));
    await until(() => text() === 'typing: ');
  });

  it('watch whoever is shown, and no longer than that', async () => {
    serve({ features: ['presence'] });
    let show: (isShown: boolean) => void = () => undefined;
    const Dot = (): ReactNode => {
      const { state, lastSeenAt } = usePresence('of-a-group');
      return `${state} ${lastSeenAt}`;
    };
    await draw(
      under(() => {
        const [isShown, set] = useState(true);
        show = set;
        return isShown ? createElement(Dot) : 'nobody';
      }),
    );
    await until(() => text() === 'undefined undefined' && scene.server.connections.all.length > 0);
    const connection = scene.server.connections.all.at(-1)!;
    const watched = (): unknown => connection.ofType('watch').at(-1)?.['user_ids'];
    await until(() => JSON.stringify(watched())?.includes('of-a-group') === true);
    const at = '2026-01-02T03:04:05.678Z';
    const users = [{ user_id: 'of-a-group', state: 'offline', last_seen_at: at }];
    await act(async () => connection.send({ type: 'presence', users }));
    await until(() => text() === `offline ${at}`);
    await act(async () => show(false));
    await until(() => JSON.stringify(watched())?.includes('of-a-group') === false);
    expect(text()).toBe('nobody');
  });

  it('say what is missing outside of a provider', async () => {
    const Lost = (): ReactNode => useConnection().state;
    await draw(() => createElement(Boundary, null, createElement(Lost)));
    expect(text()).toBe('there is no <ChatProvider> around this component');
  });
});
