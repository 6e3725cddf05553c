import { Inflow, USER_1, USER_2 } from '../testing/fake-server';
import { memoryStorage } from '../testing/recorded-client';
import { acceptedFor, incoming, SENT_AT, uuid, sceneForEachTest } from '../testing/scene';

const scene = sceneForEachTest();

describe('receiving', () => {
  it('shows a message once, however often it comes', async () => {
    const { connection, events } = await scene.online();
    connection.send(incoming(1), incoming(1), incoming(1, 1), incoming(2, 2));
    await events.message.next((message) => message.message_id === uuid(2));
    connection.socket.terminate();
    const next = await scene.server.connection();
    next.welcome();
    next.send(incoming(1, 1), incoming(2, 2), incoming(3, 3));
    await events.message.next((message) => message.message_id === uuid(3));
    expect(events.message.all.map((message) => message.message_id)).toEqual([uuid(1), uuid(2), uuid(3)]);
    expect(events.message.all[0]).toEqual({ ...incoming(1), type: undefined });
  });

  it('shows a message once over a restart with the same storage, and resumes as the same device', async () => {
    const storage = memoryStorage();
    const first = await scene.online({ storage });
    first.connection.send(incoming(1, 1), incoming(2));
    await first.events.message.next((message) => message.message_id === uuid(2));
    await first.client.close();
    const second = await scene.online({ storage }, { seq: 1 });
    expect(second.connection.deviceId).toBe(first.connection.deviceId);
    second.connection.send(incoming(2, 2), incoming(3, 3));
    await second.events.message.next((message) => message.message_id === uuid(3));
    expect(second.events.message.all.map((message) => message.message_id)).toEqual([uuid(3)]);
  });

  it('shows messages of its user’s other devices, and not its own again', async () => {
    const { client, connection, events } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    connection.send(acceptedFor(await connection.next('send')));
    connection.send({ ...incoming(1), message_id: sent.message_id, sender_id: USER_1, seq: 1 });
    connection.send({ ...incoming(2), sender_id: USER_1, content: 'from my phone', seq: 2 });
    expect((await events.message.next()).content).toBe('from my phone');
    expect(events.message.all).toHaveLength(1);
  });

  it('confirms what arrived, coalesced and cumulative', async () => {
    const { connection } = await scene.online({ confirmAfterMs: 50 }, { seq: 10 });
    for (let n = 1; n <= 20; n += 1) connection.send(incoming(n, 10 + n));
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 30);
    expect(connection.ofType('received').length).toBeLessThanOrEqual(2);
  });

  it('confirms after fifty entries without waiting for the timer', async () => {
    const { connection } = await scene.online({ confirmAfterMs: 60_000 }, { seq: 0 });
    for (let n = 1; n <= 50; n += 1) connection.send(incoming(n, n));
    // The beginning of a new device's inbox counts as an entry to confirm.
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 49 });
  });

  it('confirms live messages once their numbers are told', async () => {
    const { connection, events } = await scene.online({}, { seq: 4 });
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 4 });
    connection.send(incoming(1), incoming(2));
    await events.message.next((message) => message.message_id === uuid(2));
    connection.send({ type: 'stored', from: 5, message_ids: [uuid(1), uuid(2)] });
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 6 });
  });

  it('never confirms past an entry that did not come, and makes a new connection to get it', async () => {
    const { connection, events } = await scene.online({ holeTimeoutMs: 80 }, { seq: 0 });
    connection.send(incoming(1, 1), incoming(3, 3), { type: 'stored', from: 4, message_ids: [uuid(4)] });
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    const next = await scene.server.connection();
    expect(connection.ofType('received').map((frame) => frame['seq'])).not.toContain(3);
    next.welcome({ seq: 1 });
    next.send(incoming(2, 2), incoming(3, 3), incoming(4, 4));
    await next.frames.next((frame) => frame.type === 'received' && frame['seq'] === 4);
    expect(events.message.all.map((message) => message.message_id)).toEqual([1, 3, 2, 4].map(uuid));
  });

  it('saves before it confirms', async () => {
    const storage = memoryStorage();
    const saving = new Inflow<() => void>();
    const slow = {
      ...storage,
      setItem: async (key: string, value: string): Promise<void> => {
        const { position } = JSON.parse(value) as { position?: number };
        if (key.endsWith('.inbox') && position === 1) await new Promise<void>((resolve) => saving.push(resolve));
        storage.items.set(key, value);
      },
    };
    const { client, connection } = await scene.online({ storage: slow }, { seq: 0 });
    connection.send(incoming(1, 1));
    const saved = await saving.next();
    // What is sent now comes after all that was sent before it was saved.
    client.send({ recipient_id: USER_2, content: 'meanwhile' });
    await connection.next('send');
    expect(connection.ofType('received').map((frame) => frame['seq'])).not.toContain(1);
    saved();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
  });

  it('says what it will not be sent: entries skipped, and a gap to what it saw before', async () => {
    const storage = memoryStorage();
    const first = await scene.online({ storage }, { seq: 3 });
    first.connection.send(incoming(1, 4));
    await first.events.message.next();
    await first.client.close();
    const second = await scene.online({ storage }, { seq: 1_000, skipped: 900 });
    expect(await second.events.missed.next()).toEqual({ reason: 'skipped', count: 900 });
    expect(await second.events.missed.next()).toEqual({ reason: 'gap', count: 96 });
  });

  it('learns its position from the first entry where welcome could not name it', async () => {
    const { connection, events } = await scene.online({}, { seq: undefined, degraded: true });
    expect(events.connection.all.at(-1)).toMatchObject({ state: 'online', degraded: true });
    connection.send(incoming(1, 42));
    await events.message.next();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 42);
  });

  it('tells joins and leaves once, and counts them as entries', async () => {
    const { connection, events } = await scene.online({}, { seq: 0 });
    const joined = { type: 'joined', seq: 1, conversation_id: uuid(7) };
    connection.send(joined, joined, { ...joined, type: 'left', seq: 2 });
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 2);
    expect(events.conversation.all).toEqual([
      { seq: 1, conversation_id: uuid(7), change: 'joined' },
      { seq: 2, conversation_id: uuid(7), change: 'left' },
    ]);
  });

  it('goes on where a listener throws, and reports it', async () => {
    const { client, connection, events } = await scene.online();
    client.on('message', () => {
      throw new Error('the page is broken');
    });
    connection.send(incoming(1, 1), incoming(2, 2));
    await events.message.next((message) => message.message_id === uuid(2));
    expect((await events.fault.next()).message).toBe('the page is broken');
  });

  it('reports error frames of the server as faults', async () => {
    const { connection, events } = await scene.online();
    connection.send({ type: 'error', code: 'unknown_type', message: 'what?' });
    expect(await events.fault.next()).toMatchObject({ code: 'unknown_type' });
  });

  it('shows what comes while its storage fails, reports it, and confirms once it is saved', async () => {
    const storage = memoryStorage();
    let full = true;
    const failing = {
      ...storage,
      setItem: (key: string, value: string) => {
        if (full) throw new Error('quota exceeded');
        storage.setItem(key, value);
      },
    };
    const { connection, events } = await scene.online({ storage: failing }, { seq: 0 });
    connection.send(incoming(1, 1));
    await events.message.next();
    // Whatever it would confirm it would have tried to save first.
    for (let failed = 0; failed < 4; failed += 1) {
      expect((await events.fault.next()).message).toBe('quota exceeded');
    }
    expect(connection.ofType('received')).toEqual([]);
    full = false;
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 1 });
    expect(JSON.parse(storage.items.get(`chat-app.${USER_1}.inbox`) ?? '')).toMatchObject({ position: 1 });
  });

  it('counts entries of kinds that it does not know, tells of each once, and stays connected', async () => {
    const { connection, events } = await scene.online({ holeTimeoutMs: 50 }, { seq: 0 });
    const wave = { type: 'x-wave', event_id: uuid(3), hands: 2 };
    connection.send({ type: 'x-poke', seq: 1, conversation_id: uuid(7) }, incoming(2, 2), wave, wave);
    connection.send({ type: 'stored', from: 3, message_ids: [uuid(3)] }, { ...wave, seq: 3 });
    // Of a kind that it knows, with something else in it than this version reads.
    connection.send({ type: 'message', seq: 4, message_id: uuid(4), content: { parts: 2 } }, incoming(5, 5));
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 5);
    expect(events.entry.all.map((entry) => [entry.type, entry.seq])).toEqual([
      ['x-poke', 1],
      ['x-wave', undefined],
      ['message', 4],
    ]);
    expect(events.message.all.map((message) => message.message_id)).toEqual([uuid(2), uuid(5)]);
    expect(scene.server.handshakes).toBe(1);
  });

  it('tells joins, leaves and changes of a conversation, live or numbered, once each', async () => {
    const { connection, events } = await scene.online({}, { seq: 0 });
    const by = { conversation_id: uuid(7), actor_id: USER_2, at: SENT_AT };
    const joined = { type: 'joined', event_id: uuid(1), user_id: USER_1, ...by };
    const changed = { type: 'conversation', event_id: uuid(2), title: 'renamed', roles: { [USER_1]: 'owner' }, ...by };
    connection.send(joined, changed, { type: 'stored', from: 1, event_ids: [uuid(1), uuid(2)] });
    connection.send({ ...changed, seq: 2 }, { ...joined, type: 'left', event_id: uuid(3), seq: 3 });
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 3);
    expect(events.conversation.all).toEqual([
      { change: 'joined', event_id: uuid(1), user_id: USER_1, ...by },
      { change: 'changed', event_id: uuid(2), title: 'renamed', roles: { [USER_1]: 'owner' }, ...by },
      { change: 'left', event_id: uuid(3), user_id: USER_1, seq: 3, ...by },
    ]);
  });

  it('forgets its position where the server counts anew, says so, and follows from where the server begins', async () => {
    const storage = memoryStorage();
    const first = await scene.online({ storage }, { seq: 40, epoch: 'one' });
    first.connection.send(incoming(1, 41));
    await first.connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 41);
    first.connection.socket.terminate();
    const again = await scene.server.connection();
    again.welcome({ seq: 41, epoch: 'one' });
    again.send(incoming(2, 42));
    await again.frames.next((frame) => frame.type === 'received' && frame['seq'] === 42);
    expect(first.events.missed.all).toEqual([]);
    await first.client.close();

    const second = await scene.online({ storage }, { seq: 7, epoch: 'two' });
    expect(second.events.missed.all).toEqual([{ reason: 'restored' }]);
    second.connection.send(incoming(3, 8));
    expect((await second.events.message.next()).content).toBe('message 3');
    await second.connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 8);
    await second.client.close();

    const third = await scene.online({ storage }, { seq: 8, epoch: 'two' });
    expect(third.events.missed.all).toEqual([]);
  });

  it('hands on what an application hangs on messages', async () => {
    const { connection, events } = await scene.online();
    connection.send({ ...incoming(1, 1), data: { hue: 'blue' } });
    expect((await events.message.next()).data).toEqual({ hue: 'blue' });
  });

  it('says which messages are in the history and in the inbox now', async () => {
    const { connection, events } = await scene.online();
    connection.send(incoming(1), { type: 'stored', from: 1, message_ids: [uuid(1)] }, incoming(2), incoming(2, 2));
    expect(await events.stored.next()).toEqual({ message_ids: [uuid(1)] });
    expect(await events.stored.next()).toEqual({ message_ids: [uuid(2)] });
  });
});
