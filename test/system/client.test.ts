/** The client package against a running system. */
import { createChatClient, type ChatClient, type ChatStorage, type ReceivedMessage } from '@chat-app/client';
import { WebSocket } from 'ws';
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers, type TestUser } from '../testing/system-users';

function memory(): ChatStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

describeSystem('the client', (target) => {
  const users = new SystemUsers(target);
  const clients: ChatClient[] = [];
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  interface Started {
    client: ChatClient;
    shown: ReceivedMessage[];
    /** Resolves once so many messages were shown. */
    until(count: number): Promise<void>;
  }

  interface StartOptions {
    storage?: ChatStorage;
    pod?: number;
    socket?: new (url: string, protocols: string[]) => WebSocket;
  }
  const start = async (user: TestUser, options: StartOptions = {}): Promise<Started> => {
    const pod = target.websockets[(options.pod ?? 0) % target.websockets.length];
    const client = await createChatClient({
      url: target.authentication,
      persistenceUrl: target.persistence,
      websocketUrl: `${pod}/ws`,
      credentials: { username: user.username, password: user.password },
      WebSocket: options.socket ?? WebSocket,
      ...(options.storage !== undefined && { storage: options.storage }),
    });
    clients.push(client);
    const shown: ReceivedMessage[] = [];
    client.on('message', (message) => shown.push(message));
    return {
      client,
      shown,
      until: (count) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (shown.length >= count) resolve();
          };
          client.on('message', look);
          look();
        }),
    };
  };

  const online = (client: ChatClient): Promise<void> =>
    new Promise((resolve) => {
      if (client.state === 'online') return resolve();
      client.on('connection', ({ state }) => state === 'online' && resolve());
    });

  it('takes a message from sending to stored, and shows it to the recipient once', async () => {
    const sender = await start(alice);
    const recipient = await start(bob, { pod: 1 });
    const sent = sender.client.send({ recipient_id: bob.id, content: 'hello' });
    expect((await sender.client.settle(sent.id)).message_id).toBe(sent.message_id);
    await sender.client.settle(sent.id, 'stored');
    await recipient.until(1);
    expect(recipient.shown[0]).toMatchObject({ message_id: sent.message_id, sender_id: alice.id, content: 'hello' });
    const history = await recipient.client.conversations.history(sent.conversation_id);
    expect(history.messages.map((message) => message.content)).toEqual(['hello']);
    expect((await recipient.client.findUser(alice.username)).user_id).toBe(alice.id);
  });

  it('keeps the order of many messages, and sends them at the pace that the server allows', async () => {
    const sender = await start(alice);
    const recipient = await start(bob, { pod: 1 });
    // Whoever comes meanwhile is shown what was published before, and stored after, when it is stored.
    await online(recipient.client);
    const contents = Array.from({ length: 120 }, (_, n) => String(n));
    const sent = contents.map((content) => sender.client.send({ recipient_id: bob.id, content }));
    await Promise.all(sent.map(({ id }) => sender.client.settle(id, 'stored')));
    await recipient.until(contents.length);
    expect(recipient.shown.map((message) => message.content)).toEqual(contents);
  });

  it('waits for no answer between the messages of a conversation, so that no delay but the limit of the sender counts', async () => {
    let waiting = 0;
    let most = 0;
    class CountingSocket extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols);
        this.on('message', (data: Buffer) => {
          if (/"type":"(accepted|rejected)"/.test(data.toString())) waiting -= 1;
        });
      }
      override send(data: string): void {
        if (data.includes('"type":"send"')) waiting += 1;
        most = Math.max(most, waiting);
        super.send(data);
      }
    }
    const sender = await start(alice, { socket: CountingSocket });
    const contents = Array.from({ length: 60 }, (_, n) => String(n));
    const sent = contents.map((content) => sender.client.send({ recipient_id: bob.id, content }));
    await Promise.all(sent.map(({ id }) => sender.client.settle(id, 'stored')));
    expect(most).toBeGreaterThan(10);
    const { messages } = await sender.client.conversations.history(sent[0]!.conversation_id, { limit: 100 });
    expect(messages.map((message) => message.content)).toEqual(contents);
  });

  it('resumes where it stopped after a restart with the same storage: nothing lost, nothing shown twice', async () => {
    const storage = memory();
    const sender = await start(alice);
    const before = await start(bob, { storage });
    sender.client.send({ recipient_id: bob.id, content: 'one' });
    await before.until(1);
    await before.client.close();
    const offline = sender.client.send({ recipient_id: bob.id, content: 'two' });
    await sender.client.settle(offline.id, 'stored');
    const after = await start(bob, { storage, pod: 1 });
    await after.until(1);
    sender.client.send({ recipient_id: bob.id, content: 'three' });
    await after.until(2);
    expect(after.shown.map((message) => message.content)).toEqual(['two', 'three']);
  });

  it('creates a group, hears of it and speaks in it', async () => {
    const owner = await start(alice);
    const member = await start(bob, { pod: 1 });
    const joined = new Promise((resolve) => member.client.on('conversation', resolve));
    const group = await owner.client.conversations.createGroup('a group', [bob.id]);
    expect(await joined).toMatchObject({ conversation_id: group.conversation_id, change: 'joined' });
    const sent = member.client.send({ conversation_id: group.conversation_id, content: 'hello all' });
    await owner.until(1);
    expect(owner.shown[0]).toMatchObject({ content: 'hello all', conversation_id: group.conversation_id });
    await member.client.settle(sent.id, 'stored');
    const { conversations } = await owner.client.conversations.list();
    expect(conversations[0]).toMatchObject({ title: 'a group', unread_count: 1 });
  });

  it('says why a message failed', async () => {
    const { client } = await start(alice);
    const sent = client.send({ recipient_id: '00000000-0000-4000-8000-000000000000', content: 'anybody?' });
    await expect(client.settle(sent.id)).rejects.toMatchObject({ code: 'unknown_recipient' });
  });

  it('is signed out when its session ends elsewhere, and does not come back', async () => {
    const client = await createChatClient({
      url: target.authentication,
      websocketUrl: `${target.websockets[0]}/ws`,
      getToken: () => alice.token,
      WebSocket,
    });
    clients.push(client);
    const reached = (state: string): Promise<unknown> =>
      new Promise((resolve) => client.on('connection', (status) => status.state === state && resolve(status)));
    const signedOut = reached('signed_out');
    await reached('online');
    await call('POST', `${target.authentication}/logout`, { body: { refresh_token: alice.refreshToken } });
    expect(await signedOut).toMatchObject({ code: 4500 });
  });
});
