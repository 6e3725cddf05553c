import type { ChatClientOptions } from '../src';
import { ChatStore, type MessageView } from '../src/store';
import { FakeHistory } from './fake-history';
import { memoryStorage } from './recorded-client';
import { CONVERSATION, sceneForEachTest } from './scene';

/** For each test a client whose store shows the conversation of the two users, as a server with these features tells it. */
export function storeSceneForEachTest(features: readonly string[]) {
  const scene = sceneForEachTest();
  const stores: ChatStore[] = [];
  let history: FakeHistory;
  beforeEach(() => (history = new FakeHistory(scene.server)));
  afterEach(() => stores.splice(0).forEach((store) => store.release()));
  return {
    scene,
    get history(): FakeHistory {
      return history;
    },
    /** Releases another store after the test. */
    keep: (store: ChatStore): void => void stores.push(store),
    online: async (options: Partial<ChatClientOptions> = {}, announced: object = { features }) => {
      const started = await scene.online(options, { seq: history.messages.length, ...announced });
      const store = new ChatStore(started.client, { storage: memoryStorage() });
      stores.push(store);
      store.setActive(CONVERSATION);
      return { ...started, store };
    },
  };
}

/** The messages that are shown of it. */
export function messages(store: ChatStore): MessageView[] {
  const { items } = store.timeline(CONVERSATION).get();
  return items.flatMap((item) => (item.kind === 'message' ? [item.message] : []));
}

/** Resolves to them once they are as wanted. */
export async function until(store: ChatStore, fits: (messages: MessageView[]) => boolean): Promise<MessageView[]> {
  const timeline = store.timeline(CONVERSATION);
  while (!fits(messages(store))) {
    await new Promise<void>((resolve) => {
      const stop = timeline.subscribe(() => (stop(), resolve()));
    });
  }
  return messages(store);
}
