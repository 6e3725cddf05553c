import { LIMITS } from '@chat-app/protocol/pure';
import { Emitter } from '../emitter';
import type { ChatEvents } from '../events';
import { Derived } from './observable';
import { Signals } from './signals';
import type { StoreClient } from './store-client';
import type { ConversationView } from './views';

const direct = (recipient_id: string): ConversationView => ({ recipient_id }) as ConversationView;

describe('signals of the store', () => {
  let events: Emitter<ChatEvents>;
  let faults: unknown[];
  let watched: (readonly string[])[];
  let conversations: readonly ConversationView[];
  let list: Derived<readonly ConversationView[]>;
  let signals: Signals;
  beforeEach(() => {
    jest.useFakeTimers();
    faults = [];
    events = new Emitter((thrown) => faults.push(thrown));
    watched = [];
    conversations = [];
    list = new Derived(() => conversations);
    const client: Pick<StoreClient, 'userId' | 'on' | 'watch'> = {
      userId: 'me',
      on: (name, listener) => events.on(name, listener),
      watch: (ids) => watched.push(ids),
    };
    signals = new Signals(client as StoreClient, list, () => undefined);
  });
  afterEach(() => {
    signals.release();
    jest.useRealTimers();
    expect(faults).toEqual([]);
  });

  it('watch the people of the direct conversations, and again only when others are among them', () => {
    conversations = [direct('a'), direct('me'), {} as ConversationView, direct('b')];
    list.changed();
    list.changed();
    jest.advanceTimersByTime(1_000);
    conversations = [direct('b'), direct('a')];
    list.changed();
    jest.advanceTimersByTime(1_000);
    expect(watched).toEqual([['a', 'b']]);
    conversations = Array.from({ length: 600 }, (_, n) => direct(`u${n}`));
    list.changed();
    jest.advanceTimersByTime(1_000);
    expect(watched[1]).toHaveLength(LIMITS.watchedUsers);
  });

  it('watch whoever is shown before all others, only as long as that is so, and know nothing of them afterwards', () => {
    conversations = [direct('a')];
    const hide = signals.show(['m', 'n', 'me']);
    const hideAgain = signals.show(['n']);
    jest.advanceTimersByTime(1_000);
    expect(watched).toEqual([['m', 'n', 'a']]);
    const users = ['m', 'n', 'a'].map((user_id) => ({ user_id, state: 'offline' as const, last_seen_at: 'then' }));
    events.emit('presence', { users });
    hide();
    jest.advanceTimersByTime(1_000);
    expect(watched[1]).toEqual(['n', 'a']);
    expect([[...signals.presence.get().keys()], [...signals.lastSeen.get().keys()]]).toEqual([
      ['n', 'a'],
      ['n', 'a'],
    ]);
    hideAgain();
    jest.advanceTimersByTime(1_000);
    expect(watched[2]).toEqual(['a']);
  });

  it('know when somebody was here last, until they come or hide it', () => {
    conversations = [direct('a'), direct('b')];
    list.changed();
    jest.advanceTimersByTime(1_000);
    const at = '2026-01-02T03:04:05.678Z';
    const away = { state: 'offline' as const, last_seen_at: at };
    events.emit('presence', {
      users: [
        { user_id: 'a', ...away },
        { user_id: 'b', ...away },
      ],
    });
    expect([...signals.lastSeen.get()]).toEqual([
      ['a', at],
      ['b', at],
    ]);
    events.emit('presence', {
      users: [
        { user_id: 'a', state: 'online' },
        { user_id: 'b', state: 'offline' },
      ],
    });
    expect(signals.lastSeen.get().size).toBe(0);
  });

  it('know who is there, and forget it with the connection', () => {
    const users = [
      { user_id: 'a', state: 'online' as const },
      { user_id: 'b', state: 'offline' as const },
    ];
    events.emit('presence', { users });
    events.emit('presence', { users: [{ user_id: 'a', state: 'offline' }] });
    expect([...signals.presence.get()]).toEqual([
      ['a', 'offline'],
      ['b', 'offline'],
    ]);
    events.emit('connection', { state: 'waiting' });
    expect(signals.presence.get().size).toBe(0);
  });
});
