import fc from 'fast-check';
import { HistoryPieces } from './history-pieces';

interface Message {
  readonly message_id: string;
}
interface Entry extends Message {
  /** Of the conversation that is looked at; the inbox has others too. */
  readonly mine: boolean;
}
interface Asked {
  readonly page: readonly Message[];
  readonly more: boolean;
  readonly streaming: boolean;
  readonly generation: number;
}

const ageOf = ({ message_id }: Message): number => Number(message_id.slice(1));

/** A server, the connection of one device to it, and what the device knows of one conversation. */
class World {
  readonly pieces = new HistoryPieces<Message>((one, other) => ageOf(one) < ageOf(other));
  /** Accepted and not stored yet, in the order of the log. */
  private readonly log: Entry[] = [];
  private readonly inbox: Entry[] = [];
  private readonly seen = new Set<string>();
  private made = 0;
  private position = 0;
  private online = true;
  private generation = 0;
  private asked: Asked | undefined;

  get stored(): string[] {
    return this.inbox.filter(({ mine }) => mine).map(({ message_id }) => message_id);
  }

  accept(mine: boolean, isHeard: boolean): void {
    const message = { message_id: `m${(this.made += 1)}`, mine };
    this.log.push(message);
    if (!this.online || !isHeard || !mine) return;
    this.seen.add(message.message_id);
    this.pieces.arrived(message);
  }

  store(count: number): void {
    this.inbox.push(...this.log.splice(0, count));
    if (this.online) this.deliver();
  }

  cut(): void {
    this.online = false;
  }

  connect(catchUp: number): void {
    if (this.online) return;
    this.online = true;
    const skipped = Math.max(0, this.inbox.length - this.position - catchUp);
    this.position += skipped;
    if (skipped > 0) {
      this.generation += 1;
      this.pieces.missed();
    }
    this.deliver();
  }

  askNewest(size: number): void {
    const { streaming } = this.pieces;
    const mine = this.inbox.filter((entry) => entry.mine);
    this.asked = { page: mine.slice(-size), more: mine.length > size, streaming, generation: this.generation };
  }

  answerNewest(): void {
    const { asked } = this;
    this.asked = undefined;
    if (asked?.generation !== this.generation) return;
    this.pieces.readNewest(asked.page, asked.more, asked.streaming);
  }

  /** Somebody looks at the gap before a run. */
  readBefore(run: number, size: number): void {
    const { runs } = this.pieces;
    const before = runs[run % Math.max(1, runs.length)]?.[0];
    if (before === undefined) return;
    const mine = this.inbox.filter((entry) => entry.mine);
    const end = mine.findIndex(({ message_id }) => message_id === before.message_id);
    // Nothing is asked for before a message that the server does not have.
    expect(end).not.toBe(-1);
    this.pieces.readBefore(before.message_id, mine.slice(Math.max(0, end - size), end), end > size);
  }

  /** Everything is stored and delivered, and whoever looks at gaps looks at all of them. */
  settle(): void {
    this.connect(3);
    this.store(Infinity);
    for (let reads = 0; reads < 500; reads += 1) {
      if (!this.pieces.atEnd || reads === 0) {
        this.askNewest(3);
        this.answerNewest();
      } else if (this.pieces.runs.length > 1 || !this.pieces.atBeginning) {
        this.readBefore(this.pieces.runs.length - 1, 3);
      } else return;
    }
  }

  private deliver(): void {
    for (const entry of this.inbox.slice(this.position)) {
      this.position += 1;
      if (!entry.mine) continue;
      if (this.seen.has(entry.message_id)) this.pieces.stored(entry.message_id);
      else this.pieces.entry(entry);
      this.seen.add(entry.message_id);
    }
  }
}

const count = fc.integer({ min: 1, max: 4 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.boolean(), fc.boolean()).map((of) => (world: World) => world.accept(...of)),
  },
  { weight: 5, arbitrary: count.map((n) => (world: World) => world.store(n)) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.cut()) },
  { weight: 3, arbitrary: fc.nat(4).map((n) => (world: World) => world.connect(n)) },
  { weight: 2, arbitrary: count.map((n) => (world: World) => world.askNewest(n)) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.answerNewest()) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(5), count).map((of) => (world: World) => world.readBefore(...of)) },
);
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ message_id }) => message_id);

describe('HistoryPieces, whatever happens', () => {
  it('show no message twice and each in its place among the others, and in the end all of them in one run', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const world = new World();
        for (const act of steps) {
          act(world);
          const shown = idsOf([...world.pieces.runs.flat(), ...world.pieces.unstored]);
          expect(shown).toEqual([...new Set(shown)]);
          const here = new Set(shown);
          const known = new Set(world.stored);
          expect(shown.filter((id) => known.has(id))).toEqual(world.stored.filter((id) => here.has(id)));
        }
        world.settle();
        expect(world.pieces.runs.map(idsOf)).toEqual(world.stored.length === 0 ? [] : [world.stored]);
        expect(world.pieces.unstored).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
