import { memoryStorage } from '../testing/recorded-client';
import { SavedState, type ChatStorage } from './storage';

const entry = { id: '1', message_id: 'm', conversation_id: 'c', content: 'x' };

const open = (storage: ChatStorage | undefined, faults: unknown[] = []): SavedState =>
  new SavedState(storage, 'user', (thrown) => faults.push(thrown));

describe('SavedState', () => {
  it('gives back what was saved, for this user alone', async () => {
    const storage = memoryStorage();
    const state = open(storage);
    await state.saveInbox({ device_id: 'd', position: 7, recent: ['a', 'b'] });
    state.saveOutbox(() => [entry]);
    await state.flush();
    expect(await open(storage).loadInbox()).toEqual({ device_id: 'd', position: 7, recent: ['a', 'b'] });
    expect(await open(storage).loadOutbox()).toEqual([entry]);
    expect(await new SavedState(storage, 'other', () => undefined).loadOutbox()).toEqual([]);
  });

  it('writes a synchronous storage before it returns', () => {
    const storage = memoryStorage();
    open(storage).saveOutbox(() => [entry]);
    expect(storage.items.get('chat-app.user.outbox')).toBe(JSON.stringify([entry]));
  });

  it('ends with the newest outbox however slow the storage is', async () => {
    const storage = memoryStorage();
    let writes = 0;
    const slow: ChatStorage = {
      ...storage,
      setItem: async (key, value: string) => {
        writes += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        storage.items.set(key, value);
      },
    };
    const state = open(slow);
    for (let n = 0; n < 50; n += 1) state.saveOutbox(() => [{ ...entry, id: String(n) }]);
    await state.flush();
    expect(writes).toBe(2);
    expect((await open(storage).loadOutbox())[0]?.id).toBe('49');
  });

  it.each(['', 'not json', '5', '{}', '[5,null,{"id":1}]', '{"device_id":5}'])('takes %s for nothing', async (text) => {
    const storage = memoryStorage();
    storage.items.set('chat-app.user.inbox', text);
    storage.items.set('chat-app.user.outbox', text);
    expect(await open(storage).loadInbox()).toBeUndefined();
    expect(await open(storage).loadOutbox()).toEqual([]);
  });

  it('reports a storage that fails, and goes on without', async () => {
    const faults: unknown[] = [];
    const broken: ChatStorage = {
      getItem: () => Promise.reject(new Error('no read')),
      setItem: () => Promise.reject(new Error('no write')),
      removeItem: () => undefined,
    };
    const state = open(broken, faults);
    expect(await state.loadInbox()).toBeUndefined();
    await state.saveInbox({ device_id: 'd', recent: [] });
    expect(faults).toEqual([new Error('no read'), new Error('no write')]);
  });

  it('keeps nothing where there is no storage', async () => {
    const state = open(undefined);
    state.saveOutbox(() => [entry]);
    await state.flush();
    expect(await state.loadOutbox()).toEqual([]);
  });
});
