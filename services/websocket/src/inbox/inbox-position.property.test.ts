import fc from 'fast-check';
import type { EncodedEntry } from '@chat-app/protocol';
import { InboxPosition } from './inbox-position';
import type { PositionEffect, PositionEvent, StoredPair } from './position-events';

const KINDS = ['message', 'conversation', 'x-wave'];

/**
 * A small world around one connection: messages of others and its own in a log, an inbox that stores them in any order,
 * a fan-out that loses, delays, repeats and reorders, an inbox API that pages and fails.
 */
class World {
  readonly state = new InboxPosition<string>();
  readonly inbox: EncodedEntry[] = [];
  readonly shown: string[] = [];
  readonly acceptedOwn = new Set<string>();
  readonly settledOwn = new Set<string>();
  readonly stored = new Map<number, string>();
  /** Numbers as they left on the wire. */
  readonly numbered: number[] = [];
  startedAt: number | undefined;
  #messages = 0;
  #unstored: string[] = [];
  #ownInFlight: string[] = [];
  #wire: PositionEvent<string>[] = [];
  #due: PositionEvent<string>['kind'][] = [];
  #reads: number[] = [];
  #opens = 1;

  event(event: PositionEvent<string>): void {
    for (const effect of this.state.step(event)) this.#carryOut(effect);
  }

  #carryOut(effect: PositionEffect<string>): void {
    switch (effect.kind) {
      case 'send':
        this.shown.push(effect.body);
        break;
      case 'entry':
        this.numbered.push(effect.entry.seq);
        this.shown.push(effect.entry.event_id);
        break;
      case 'stored':
        effect.eventIds.forEach((id, index) => {
          this.numbered.push(effect.from + index);
          this.stored.set(effect.from + index, id);
        });
        break;
      case 'open':
        this.#opens += 1;
        break;
      case 'read':
        this.#reads.push(effect.after);
        break;
      case 'check_later':
        this.#due.push('check');
        break;
      case 'retry_later':
        this.#due.push('retry');
        break;
      case 'flush_later':
        this.#due.push('flush');
        break;
    }
  }

  /** Someone else's message is accepted: it is published live and will be stored. */
  foreign(): void {
    const id = `m${(this.#messages += 1)}`;
    this.#unstored.push(id);
    this.#wire.push({ kind: 'live', eventId: id, eventKind: 'message', body: id });
  }

  /** The connection sends a message of its own. */
  own(): void {
    if (this.startedAt === undefined) return;
    const id = `own${(this.#messages += 1)}`;
    this.#ownInFlight.push(id);
    this.#unstored.push(id);
    this.event({ kind: 'sending', eventId: id });
  }

  settleOwn(pick: number, accepted: boolean): void {
    const [id] = this.#ownInFlight.splice(pick % Math.max(1, this.#ownInFlight.length), 1);
    if (id === undefined) return;
    this.settledOwn.add(id);
    if (accepted) this.acceptedOwn.add(id);
    this.event({ kind: 'settled', eventId: id, accepted });
  }

  /** Persistence stores some of what is in the log (or a join) and publishes one notice. */
  store(pick: number, count: number): void {
    const pairs: StoredPair[] = [];
    for (let i = 0; i < count; i += 1) {
      const [id] = this.#unstored.splice(pick % Math.max(1, this.#unstored.length), 1);
      if (id === undefined) break;
      const seq = this.inbox.length + 1;
      // Kinds are nothing to the machine: those of later versions move it as those it was made for.
      const kind = KINDS[seq % KINDS.length] ?? 'message';
      this.inbox.push({ kind, seq, event_id: id, body: '' });
      pairs.push([seq, id]);
    }
    if (pairs.length > 0) this.#wire.push({ kind: 'notice', pairs });
  }

  join(): void {
    const seq = this.inbox.length + 1;
    const id = `j${seq}`;
    this.inbox.push({ kind: 'joined', seq, event_id: id, body: '' });
    this.#wire.push({ kind: 'notice', pairs: [[seq, id]] });
  }

  deliver(pick: number, outcome: 'deliver' | 'lose' | 'repeat'): void {
    const index = pick % Math.max(1, this.#wire.length);
    const event = this.#wire[index];
    if (event === undefined) return;
    if (outcome !== 'repeat') this.#wire.splice(index, 1);
    if (outcome !== 'lose') this.event(event);
  }

  answerOpen(works: boolean, behind: number): void {
    if (this.#opens === 0) return;
    this.#opens -= 1;
    if (!works) return this.event({ kind: 'open_failed' });
    const position = Math.max(0, this.inbox.length - behind);
    this.startedAt = position;
    this.event({ kind: 'opened', position, head: this.inbox.length });
  }

  answerRead(works: boolean, limit: number, inParts: boolean): void {
    const after = this.#reads.shift();
    if (after === undefined) return;
    if (!works) return this.event({ kind: 'read_failed' });
    const entries = this.inbox.slice(after, after + limit);
    const head = this.inbox.length;
    if (inParts && entries.length > 1) {
      this.event({ kind: 'page', entries: entries.slice(0, 1), head, last: false });
      this.event({ kind: 'page', entries: entries.slice(1), head, last: true });
    } else this.event({ kind: 'page', entries, head, last: true });
  }

  timer(pick: number): void {
    const [kind] = this.#due.splice(pick % Math.max(1, this.#due.length), 1);
    if (kind === 'check' || kind === 'retry' || kind === 'flush') this.event({ kind });
  }

  get outstanding(): { reads: number; checks: number; retries: number } {
    const count = (kind: string): number => this.#due.filter((due) => due === kind).length;
    return { reads: this.#reads.length, checks: count('check'), retries: count('retry') };
  }

  /** Everything works again, the fan-out lost all that was under way, and reconciliation comes by. */
  heal(): void {
    this.#wire = [];
    while (this.#ownInFlight.length > 0) this.settleOwn(0, true);
    this.store(0, Number.MAX_SAFE_INTEGER);
    this.#wire = [];
    this.event({ kind: 'drained' });
    for (let turn = 0; turn < 1_000; turn += 1) {
      if (turn % 10 === 0 && this.startedAt !== undefined) {
        this.event({ kind: 'head', seq: this.inbox.length, cause: 'reconciliation' });
      }
      this.answerOpen(true, this.inbox.length);
      this.answerRead(true, 7, turn % 2 === 0);
      this.timer(0);
    }
  }
}

const action = fc.oneof(
  fc.constant((world: World) => world.foreign()),
  fc.constant((world: World) => world.own()),
  fc.tuple(fc.nat(20), fc.boolean()).map(
    ([pick, ok]) =>
      (world: World) =>
        world.settleOwn(pick, ok),
  ),
  fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 5 })).map(
    ([pick, n]) =>
      (world: World) =>
        world.store(pick, n),
  ),
  fc.constant((world: World) => world.join()),
  fc.tuple(fc.nat(50), fc.constantFrom('deliver' as const, 'deliver' as const, 'lose' as const, 'repeat' as const)).map(
    ([pick, outcome]) =>
      (world: World) =>
        world.deliver(pick, outcome),
  ),
  fc.tuple(fc.boolean(), fc.nat(5)).map(
    ([ok, behind]) =>
      (world: World) =>
        world.answerOpen(ok, behind),
  ),
  fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 6 }), fc.boolean()).map(
    ([ok, limit, parts]) =>
      (world: World) =>
        world.answerRead(ok, limit, parts),
  ),
  fc.nat(5).map((pick) => (world: World) => world.timer(pick)),
  fc.constantFrom('congested' as const, 'drained' as const).map((kind) => (world: World) => world.event({ kind })),
);

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 1_500) };

describe('position under random interleavings, losses, repetitions and reorderings', () => {
  it('never loses an entry, never shows one twice, and numbers the inbox without holes', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const world = new World();
        for (const act of actions) {
          act(world);
          const { reads, checks, retries } = world.outstanding;
          expect(Math.max(reads, checks, retries)).toBeLessThanOrEqual(1);
        }
        world.heal();
        const start = world.startedAt ?? 0;
        expect(world.state.position).toBe(world.inbox.length);
        expect(world.state.phase).toBe('live');
        // Contiguous on the wire, from the position told in `welcome` to the end of the inbox.
        expect(world.numbered).toEqual(world.inbox.slice(start).map((entry) => entry.seq));
        expect(new Set(world.shown).size).toBe(world.shown.length);
        for (const entry of world.inbox.slice(start)) {
          expect(world.shown.includes(entry.event_id)).toBe(!world.acceptedOwn.has(entry.event_id));
        }
        for (const [seq, id] of world.stored) {
          expect(world.inbox[seq - 1]?.event_id).toBe(id);
          expect(world.shown.includes(id) || world.acceptedOwn.has(id)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('never lets what it remembers grow without bound', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const world = new World();
        for (const act of actions) act(world);
        world.heal();
        expect(world.state.remembered).toBe(0);
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 5) },
    );
  });
});
