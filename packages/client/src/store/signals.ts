import { LIMITS } from '@chat-app/protocol/pure';
import type { PresenceNotice, PresenceState } from '../signals/presence';
import { Timers } from '../state/timers';
import { Derived, type Observable } from './observable';
import type { StoreClient } from './store-client';
import { Typists } from './typists';
import type { ConversationView } from './views';

/** How long changes of the list are collected before other people are watched. */
const COLLECT_MS = 1_000;

/**
 * What is gone a minute later: who types where, and who is there: of the people of the direct conversations, and of whom else
 * something shows.
 */
export class Signals {
  readonly typists = new Typists();
  private states: ReadonlyMap<string, PresenceState> = new Map();
  private readonly derived = new Derived(() => this.states);
  private seen: ReadonlyMap<string, string> = new Map();
  private readonly seenView = new Derived(() => this.seen);
  private readonly shown = new Set<readonly string[]>();
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
      client.on('presence', ({ users }) => this.put(users)),
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

  /** When users who are not there were here last, by id: RFC 3339. */
  get lastSeen(): Observable<ReadonlyMap<string, string>> {
    return this.seenView;
  }

  /** These users are shown: they are watched before all others, until the returned function is called. */
  show(userIds: readonly string[]): () => void {
    // An object of its own for each call.
    const wanted = [...userIds];
    this.shown.add(wanted);
    this.watchSoon();
    return () => {
      this.shown.delete(wanted);
      this.watchSoon();
    };
  }

  release(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    this.timers.releaseAll();
    this.typists.release();
    this.derived.release();
    this.seenView.release();
  }

  private watchSoon(): void {
    if (!this.timers.has('watch')) this.timers.set('watch', COLLECT_MS, () => this.watch());
  }

  private watch(): void {
    const people = this.conversations.get().flatMap(({ recipient_id: id }) => (id === undefined ? [] : [id]));
    const all = new Set([...[...this.shown].flat(), ...people]);
    all.delete(this.client.userId);
    const wanted = [...all].slice(0, LIMITS.watchedUsers);
    const before = new Set(this.watched);
    // The order of the list changes with each message; who is in it does not.
    if (wanted.length === before.size && wanted.every((id) => before.has(id))) return;
    this.watched = wanted;
    this.client.watch(wanted);
    // Nobody tells any more how it is with the others.
    const kept = new Set(wanted);
    if ([...this.states.keys()].some((id) => !kept.has(id))) this.keep((id) => kept.has(id));
  }

  private forget(): void {
    if (this.states.size > 0) this.keep(() => false);
  }

  private keep(holds: (userId: string) => boolean): void {
    this.states = new Map([...this.states].filter(([id]) => holds(id)));
    this.seen = new Map([...this.seen].filter(([id]) => holds(id)));
    this.changed();
  }

  private put(users: PresenceNotice['users']): void {
    this.states = new Map([...this.states, ...users.map(({ user_id, state }) => [user_id, state] as const)]);
    const seen = new Map(this.seen);
    for (const { user_id, last_seen_at } of users) {
      if (last_seen_at === undefined) seen.delete(user_id);
      else seen.set(user_id, last_seen_at);
    }
    this.seen = seen;
    this.changed();
  }

  private changed(): void {
    this.derived.changed();
    this.seenView.changed();
  }
}
