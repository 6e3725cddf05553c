import { USER_2 } from '../testing/fake-server';
import { CONVERSATION, incoming, sceneForEachTest } from '../testing/scene';
import { ChatStore } from './store';

const scene = sceneForEachTest();
const FEATURES = { features: ['typing'] };

describe('typing', () => {
  it('is said once for many keys, and that it is over when the text is gone', async () => {
    const { client, connection } = await scene.online({}, FEATURES);
    for (let n = 0; n < 20; n += 1) client.typing(CONVERSATION);
    expect(await connection.next('typing')).toEqual({ type: 'typing', conversation_id: CONVERSATION, active: true });
    client.typing(CONVERSATION, false);
    expect(await connection.next('typing')).toMatchObject({ active: false });
    expect(connection.ofType('typing')).toHaveLength(2);
  });

  it('is not said to a server that does not know it', async () => {
    const { client, connection } = await scene.online();
    client.typing(CONVERSATION);
    client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    expect(connection.ofType('typing')).toEqual([]);
  });

  it('of others is told, and nothing else that calls itself so', async () => {
    const { events, connection } = await scene.online();
    const typing = { type: 'typing', conversation_id: CONVERSATION, user_id: USER_2 };
    connection.send(
      { ...typing, active: 'yes' },
      { type: 'typing', active: true },
      { ...typing, active: true, hue: 1 },
    );
    expect(await events.typing.next()).toEqual({ conversation_id: CONVERSATION, user_id: USER_2, active: true });
    expect(events.typing.all).toHaveLength(1);
  });

  it('is kept by the store until the message comes, and said for what is written there', async () => {
    const { client, events, connection } = await scene.online({}, FEATURES);
    const store = new ChatStore(client);
    try {
      connection.send({ type: 'typing', conversation_id: CONVERSATION, user_id: USER_2, active: true });
      await events.typing.next();
      expect(store.typing.get().get(CONVERSATION)).toEqual([USER_2]);
      connection.send(incoming(1, 1));
      await events.message.next();
      expect(store.typing.get().size).toBe(0);
      store.setDraft(CONVERSATION, 'h');
      expect(await connection.next('typing')).toMatchObject({ active: true });
      store.send(CONVERSATION, 'hello');
      store.setDraft(CONVERSATION, '');
      await connection.next('send');
      expect(connection.ofType('typing')).toHaveLength(1);
    } finally {
      store.release();
    }
  });
});
