import fc from 'fast-check';
import { ModelConnection, ModelServer, type Outcome } from '../../testing/sending-model';
import { Outbox, type OutboxEntry } from './outbox';

const options = { capacity: 100, backoff: { firstMs: 100, maxMs: 1_000, jitter: 'full' as const }, random: () => 0.5 };
const entry = (id: string, conversation = 'c'): OutboxEntry => ({
  id,
  message_id: `m-${id}`,
  conversation_id: conversation,
  content: id,
});
const ids = (entries: OutboxEntry[]): string[] => entries.map((each) => each.id);
const taken = (outbox: Outbox, now: number, window: number): OutboxEntry[] =>
  outbox.take(now, window).map((each) => each.entry);

describe('Outbox', () => {
  it('sends one message of a conversation at a time, in order', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2', '3']) outbox.add(entry(id));
    expect(ids(taken(outbox, 0, 10))).toEqual(['1']);
    expect(outbox.take(0, 10)).toEqual([]);
    expect(outbox.settle('1')?.id).toBe('1');
    expect(ids(taken(outbox, 0, 10))).toEqual(['2']);
  });

  it('sends messages of different conversations side by side, up to the window', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2', '3']) outbox.add(entry(id, `c${id}`));
    expect(ids(taken(outbox, 0, 2))).toEqual(['1', '2']);
    expect(outbox.inFlight).toBe(2);
    outbox.settle('1');
    expect(ids(taken(outbox, 0, 2))).toEqual(['3']);
  });

  it('shares a window of one between conversations', () => {
    const outbox = new Outbox(options);
    for (const id of ['a1', 'a2', 'b1', 'b2']) outbox.add(entry(id, id.slice(0, 1)));
    const order: string[] = [];
    while (outbox.size > 0) {
      const [next] = taken(outbox, 0, 1);
      order.push(next!.id);
      outbox.settle(next!.id);
    }
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('sends what was in flight again, with the same id and first, after the connection was lost', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2']) outbox.add(entry(id));
    outbox.take(0, 10);
    outbox.connectionLost();
    expect(outbox.inFlight).toBe(0);
    expect(ids(taken(outbox, 1, 10))).toEqual(['1']);
  });

  it('waits after a rejection for the moment: the backoff, and at least what the server asked for', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1'));
    outbox.take(0, 10);
    outbox.postpone('1', 1_000);
    expect(outbox.nextDue()).toBe(1_050);
    expect(outbox.take(1_049, 10)).toEqual([]);
    expect(ids(taken(outbox, 1_050, 10))).toEqual(['1']);
    outbox.postpone('1', 2_000, 5_000);
    expect(outbox.nextDue()).toBe(7_000);
  });

  it('waits longer with each connection on which a message was not answered, and not for one that broke', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1'));
    let now = 0;
    const waits: number[] = [];
    for (let connection = 1; connection <= 6; connection += 1) {
      expect(ids(taken(outbox, now, 10))).toEqual(['1']);
      outbox.unanswered(now, now + 10);
      outbox.connectionLost();
      now += 10;
      waits.push(outbox.nextDue()! - now);
      expect(outbox.take(now, 10)).toEqual([]);
      now = outbox.nextDue()!;
    }
    expect(waits).toEqual([50, 100, 200, 400, 500, 500]);
    outbox.take(now, 10);
    outbox.unanswered(now - 1, now);
    outbox.connectionLost();
    expect(ids(taken(outbox, now, 10))).toEqual(['1']);
  });

  it('does not let a later message of the conversation overtake one that waits', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2']) outbox.add(entry(id));
    outbox.take(0, 10);
    outbox.postpone('1', 0, 500);
    expect(outbox.take(100, 10)).toEqual([]);
    expect(ids(taken(outbox, 500, 10))).toEqual(['1']);
  });

  it('lets messages go on while a change waits, and changes after the message that they are about', () => {
    const change = (id: string, message: string): OutboxEntry => ({
      ...entry(id),
      change: { type: 'edit', message_id: `m-${message}` },
    });
    const outbox = new Outbox(options);
    outbox.connected({ pipelined: true, data: true, changes: true });
    for (const one of [change('e0', '0'), entry('1'), change('e1', '1'), change('e2', '0'), entry('2')]) {
      outbox.add(one);
    }
    expect(ids(taken(outbox, 0, 10)).sort()).toEqual(['1', '2', 'e0']);
    // Whether it may cannot be told for now.
    outbox.postpone('e0', 0, 2_000);
    outbox.add(entry('3'));
    expect(ids(taken(outbox, 0, 10))).toEqual(['3']);
    for (const id of ['1', '2', '3']) outbox.settle(id);
    expect(outbox.take(0, 10)).toEqual([]);
    expect(outbox.nextDue()).toBe(2_000);
    expect(ids(taken(outbox, 2_000, 10))).toEqual(['e0']);
    // None overtakes another, which may be tried again even where the server does not know its message.
    for (const [settled, next] of [
      ['e0', 'e1'],
      ['e1', 'e2'],
    ] as const) {
      outbox.settle(settled);
      expect(outbox.take(2_000, 10)).toMatchObject([{ entry: { id: next } }]);
    }
  });

  it('keeps a change behind a message that waits, however often that is rejected for the moment', () => {
    const outbox = new Outbox(options);
    outbox.connected({ pipelined: true, data: true, changes: true });
    outbox.add(entry('1'));
    outbox.add({ ...entry('d1'), change: { type: 'delete', message_id: 'm-1' } });
    expect(ids(taken(outbox, 0, 10))).toEqual(['1']);
    outbox.postpone('1', 0);
    expect(outbox.take(0, 10)).toEqual([]);
    outbox.connectionLost();
    expect(ids(taken(outbox, 1_000, 10))).toEqual(['1']);
    outbox.settle('1');
    expect(ids(taken(outbox, 1_000, 10))).toEqual(['d1']);
  });

  it('rests altogether when the server said that this client sends too fast, until the connection changes', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1', 'a'));
    outbox.add(entry('2', 'b'));
    expect(ids(taken(outbox, 0, 1))).toEqual(['1']);
    outbox.postpone('1', 0, 500, true);
    expect(outbox.take(499, 10)).toEqual([]);
    expect(outbox.nextDue()).toBe(500);
    outbox.connectionLost();
    expect(ids(taken(outbox, 499, 10))).toEqual(['2']);
  });

  it('knows since when the oldest unanswered message has been in flight', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1', 'a'));
    expect(outbox.oldestSentAt()).toBeUndefined();
    outbox.take(7, 10);
    outbox.add(entry('2', 'b'));
    outbox.take(9, 10);
    expect(outbox.oldestSentAt()).toBe(7);
    outbox.settle('1');
    expect(outbox.oldestSentAt()).toBe(9);
  });

  it('says when it is full', () => {
    const outbox = new Outbox({ ...options, capacity: 1 });
    outbox.add(entry('1'));
    expect(outbox.full).toBe(true);
    outbox.settle('1');
    expect(outbox.full).toBe(false);
  });

  describe('where the server keeps the order around rejections', () => {
    const pipelined = (): Outbox => {
      const outbox = new Outbox(options);
      outbox.connected({ pipelined: true, data: true });
      return outbox;
    };

    it('sends the messages of a conversation without waiting, each naming the one before it', () => {
      const outbox = pipelined();
      for (const id of ['1', '2', '3']) outbox.add(entry(id));
      expect(outbox.take(0, 2).map(({ entry: { id }, after }) => [id, after])).toEqual([
        ['1', undefined],
        ['2', '1'],
      ]);
      outbox.settle('1');
      expect(outbox.take(0, 2).map(({ entry: { id }, after }) => [id, after])).toEqual([['3', '2']]);
    });

    it('goes on from the rejected one, alone, once all that was in flight with it is answered', () => {
      const outbox = pipelined();
      for (const id of ['1', '2', '3', '4']) outbox.add(entry(id));
      outbox.take(0, 3);
      outbox.postpone('1', 0, 500);
      outbox.follow('2', 0);
      expect(outbox.take(1_000, 10)).toEqual([]);
      outbox.follow('3', 0);
      expect(outbox.nextDue()).toBe(500);
      expect(ids(taken(outbox, 500, 10))).toEqual(['1']);
      outbox.settle('1');
      expect(ids(taken(outbox, 500, 10))).toEqual(['2', '3']);
    });

    it('sends what waits behind one that fails no second time before that one is accepted, then more and more of it', () => {
      const outbox = pipelined();
      const all = Array.from({ length: 100 }, (_, n) => String(n + 1));
      for (const id of all) outbox.add(entry(id));
      expect(taken(outbox, 0, 256)).toHaveLength(100);
      outbox.postpone('1', 0);
      for (const id of all.slice(1)) outbox.follow(id, 0);
      for (let failure = 1; failure <= 10; failure += 1) {
        const now = outbox.nextDue()!;
        expect(ids(taken(outbox, now, 256))).toEqual(['1']);
        outbox.postpone('1', now);
      }
      const now = outbox.nextDue()!;
      const flights: number[] = [];
      while (outbox.size > 0) {
        const flight = taken(outbox, now, 256);
        flights.push(flight.length);
        for (const { id } of flight) outbox.settle(id);
      }
      expect(flights).toEqual([1, 2, 4, 8, 16, 32, 37]);
    });

    it('begins with the oldest alone after the connection was lost, which names none before it', () => {
      const outbox = pipelined();
      for (const id of ['1', '2', '3']) outbox.add(entry(id));
      outbox.take(0, 10);
      outbox.connectionLost();
      expect(outbox.take(1, 10).map(({ entry: { id }, after }) => [id, after])).toEqual([['1', undefined]]);
      outbox.settle('1');
      expect(ids(taken(outbox, 1, 10))).toEqual(['2', '3']);
    });

    it('does not ask again and again where the server says out of order and nothing is', () => {
      const outbox = pipelined();
      outbox.add(entry('1'));
      outbox.take(0, 10);
      outbox.follow('1', 0);
      expect(outbox.nextDue()).toBe(50);
    });

    it('lets nothing with data go to a server that would lose it, and nothing overtake it', () => {
      const outbox = pipelined();
      outbox.connected({ pipelined: true, data: false });
      outbox.add(entry('1'));
      outbox.add({ ...entry('2'), data: { hue: 'blue' } });
      outbox.add(entry('3'));
      expect(ids(taken(outbox, 0, 10))).toEqual(['1']);
      outbox.connected({ pipelined: true, data: true });
      expect(ids(taken(outbox, 0, 10))).toEqual(['2', '3']);
    });
  });

  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('add' as const), conversation: fc.constantFrom('a', 'b', 'c') }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), window: fc.integer({ min: 1, max: 8 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('serve' as const),
        outcome: fc.constantFrom<Outcome>('accept', 'accept', 'accept', 'reject', 'reject but written'),
        // An older connection may still be read when its client has long made another.
        older: fc.nat(3),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), silent: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }) },
  );

  it.each([true, false])(
    'loses nothing, doubles nothing and keeps every conversation in order, whatever server and network do (pipelined: %j)',
    (pipelined) => {
      const run = fc.property(
        fc.array(step, { maxLength: 150 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
        fc.uniqueArray(fc.nat(40), { maxLength: 4 }),
        (steps, luck, refused) => {
          const outbox = new Outbox({ ...options, random: () => luck.next().value as number });
          const server = new ModelServer((id) => refused.includes(Number(id)));
          const connections = [new ModelConnection(server)];
          const added: OutboxEntry[] = [];
          let now = 0;
          outbox.connected({ pipelined, data: true });
          const take = (window: number): void => {
            const before = outbox.inFlight;
            const more = outbox.take(now, window);
            expect(outbox.inFlight).toBe(before + more.length);
            if (more.length > 0) expect(outbox.inFlight).toBeLessThanOrEqual(window);
            if (!pipelined) expect(more.every(({ after }) => after === undefined)).toBe(true);
            connections[0]?.send(more);
          };
          const answer = (): void => {
            const next = connections[0]?.answers.shift();
            if (next === undefined) return;
            if (next.said === 'rejected') outbox.postpone(next.id, now);
            else if (next.said === 'out_of_order') outbox.follow(next.id, now);
            else expect(outbox.settle(next.id)?.id).toBe(next.id);
          };
          for (const each of steps) {
            if (each.do === 'add') {
              added.push(entry(String(added.length), each.conversation));
              outbox.add(added.at(-1)!);
            } else if (each.do === 'take') take(each.window);
            else if (each.do === 'serve') connections[each.older % connections.length]?.serve(each.outcome);
            else if (each.do === 'answer') answer();
            else if (each.do === 'wait') now += each.ms;
            else {
              if (each.silent) outbox.unanswered(now, now);
              outbox.connectionLost();
              connections.unshift(new ModelConnection(server));
              outbox.connected({ pipelined, data: true });
            }
          }
          // Once the network behaves, everything is settled without further ado.
          for (let turn = 0; outbox.size > 0; turn += 1) {
            expect(turn).toBeLessThan(1_000);
            take(3);
            connections[0]?.serve('accept');
            answer();
            if (outbox.inFlight === 0) now = Math.max(now, outbox.nextDue() ?? now);
          }
          for (const conversation of ['a', 'b', 'c']) {
            const sent = ids(added.filter((each) => each.conversation_id === conversation));
            expect(server.log(conversation)).toEqual(sent.filter((id) => !server.refuses(id)));
          }
          expect(outbox.inFlight).toBe(0);
          expect(outbox.nextDue()).toBeUndefined();
        },
      );
      fc.assert(run, { numRuns: 500 });
    },
  );
});
