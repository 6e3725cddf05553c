import { LIMITS } from '@chat-app/protocol/pure';
import type { PresenceState } from '../signals/presence';
import { Timers } from '../state/timers';
import { Derived, type Observable } from './observable';
import type { StoreClient } from './store-client';
import { Typists } from './typists';
import type { ConversationView } from './views';

/** How long changes of the list are collected before other people are watched. */
const COLLECT_MS = 1_000;

/** What is gone a minute later: who types where, and which of the people of the direct conversations are there. */
export class Signals {
  readonly typists = new Typists();
  private states: ReadonlyMap<string, PresenceState> = new Map();
  private readonly derived = new Derived(() => this.states);
  private readonly timers = new Timers();
  private readonly subscriptions: readonly (() => void)[];
  private watched: readonly string[] = [];

  constructor(
    private readonly client: StoreClient,
    private readonly conversations: Observable<readonly ConversationView[]>,
    wantName: (userId: string) => void,
  ) {
    this.subscriptions = [
      client.on('typing', (notice) => {
        if (notice.active) wantName(notice.user_id);
        this.typists.noticed(notice);
      }),
      client.on('message', ({ conversation_id, sender_id }) => this.typists.stopped(conversation_id, sender_id)),
      client.on('presence', ({ users }) => this.put(users.map(({ user_id, state }) => [user_id, state]))),
      // What was known is as old as the connection; the client asks again.
      client.on('connection', ({ state }) => {
        if (state !== 'online') this.forget();
      }),
      conversations.subscribe(() => this.watchSoon()),
    ];
  }

  /** Users who are known to be there or not, by id. */
  get presence(): Observable<ReadonlyMap<string, PresenceState>> {
    return this.derived;
  }

  release(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    this.timers.releaseAll();
    this.typists.release();
    this.derived.release();
  }

  private watchSoon(): void {
    if (!this.timers.has('watch')) this.timers.set('watch', COLLECT_MS, () => this.watch());
  }

  private watch(): void {
    const people = this.conversations.get().flatMap(({ recipient_id: id }) => (id === undefined ? [] : [id]));
    const wanted = people.filter((id) => id !== this.client.userId).slice(0, LIMITS.watchedUsers);
    const before = new Set(this.watched);
    // The order of the list changes with each message; who is in it does not.
    if (wanted.length === before.size && wanted.every((id) => before.has(id))) return;
    this.watched = wanted;
    this.client.watch(wanted);
  }

  private forget(): void {
    if (this.states.size === 0) return;
    this.states = new Map();
    this.derived.changed();
  }

  private put(news: readonly (readonly [string, PresenceState])[]): void {
    this.states = new Map([...this.states, ...news]);
    this.derived.changed();
  }
}
