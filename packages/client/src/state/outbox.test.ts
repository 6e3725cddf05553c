import fc from 'fast-check';
import { Outbox, type OutboxEntry } from './outbox';

const options = { capacity: 100, backoff: { baseMs: 100, capMs: 1_000 }, random: () => 0.5 };
const entry = (id: string, conversation = 'c'): OutboxEntry => ({
  id,
  message_id: `m-${id}`,
  conversation_id: conversation,
  content: id,
});
const ids = (entries: OutboxEntry[]): string[] => entries.map((each) => each.id);

describe('Outbox', () => {
  it('sends one message of a conversation at a time, in order', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2', '3']) outbox.add(entry(id));
    expect(ids(outbox.take(0, 10))).toEqual(['1']);
    expect(outbox.take(0, 10)).toEqual([]);
    expect(outbox.settle('1')?.id).toBe('1');
    expect(ids(outbox.take(0, 10))).toEqual(['2']);
  });

  it('sends messages of different conversations side by side, up to the window', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2', '3']) outbox.add(entry(id, `c${id}`));
    expect(ids(outbox.take(0, 2))).toEqual(['1', '2']);
    expect(outbox.inFlight).toBe(2);
    outbox.settle('1');
    expect(ids(outbox.take(0, 2))).toEqual(['3']);
  });

  it('shares a window of one between conversations', () => {
    const outbox = new Outbox(options);
    for (const id of ['a1', 'a2', 'b1', 'b2']) outbox.add(entry(id, id.slice(0, 1)));
    const order: string[] = [];
    while (outbox.size > 0) {
      const [next] = outbox.take(0, 1);
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
    expect(ids(outbox.take(1, 10))).toEqual(['1']);
  });

  it('waits after a rejection for the moment: the backoff, and at least what the server asked for', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1'));
    outbox.take(0, 10);
    outbox.postpone('1', 1_000);
    expect(outbox.nextDue()).toBe(1_050);
    expect(outbox.take(1_049, 10)).toEqual([]);
    expect(ids(outbox.take(1_050, 10))).toEqual(['1']);
    outbox.postpone('1', 2_000, 5_000);
    expect(outbox.nextDue()).toBe(7_000);
  });

  it('does not let a later message of the conversation overtake one that waits', () => {
    const outbox = new Outbox(options);
    for (const id of ['1', '2']) outbox.add(entry(id));
    outbox.take(0, 10);
    outbox.postpone('1', 0, 500);
    expect(outbox.take(100, 10)).toEqual([]);
    expect(ids(outbox.take(500, 10))).toEqual(['1']);
  });

  it('rests altogether when the server said that this client sends too fast, until the connection changes', () => {
    const outbox = new Outbox(options);
    outbox.add(entry('1', 'a'));
    outbox.add(entry('2', 'b'));
    expect(ids(outbox.take(0, 1))).toEqual(['1']);
    outbox.postpone('1', 0, 500, true);
    expect(outbox.take(499, 10)).toEqual([]);
    expect(outbox.nextDue()).toBe(500);
    outbox.connectionLost();
    expect(ids(outbox.take(499, 10))).toEqual(['2']);
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

  it('loses nothing, doubles nothing and keeps every conversation in order, whatever the network does', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), conversation: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ do: fc.constant('take' as const), window: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constantFrom('accept' as const, 'refuse' as const, 'postpone' as const), which: fc.nat(5) }),
      fc.record({ do: fc.constant('lost' as const) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
        (steps, luck) => {
          const outbox = new Outbox({ ...options, random: () => luck.next().value as number });
          const added: OutboxEntry[] = [];
          const settled: OutboxEntry[] = [];
          let flying: OutboxEntry[] = [];
          let now = 0;
          const settle = (which: OutboxEntry | undefined): void => {
            if (which === undefined) return;
            expect(outbox.settle(which.id)).toBe(which);
            expect(outbox.settle(which.id)).toBeUndefined();
            settled.push(which);
            flying = flying.filter((each) => each !== which);
          };
          const take = (window: number): void => {
            const taken = outbox.take(now, window);
            flying.push(...taken);
            expect(outbox.inFlight).toBe(flying.length);
            if (taken.length > 0) expect(flying.length).toBeLessThanOrEqual(window);
            const conversations = flying.map((each) => each.conversation_id);
            expect(new Set(conversations).size).toBe(conversations.length);
          };
          for (const each of steps) {
            if (each.do === 'add') {
              const next = entry(String(added.length), each.conversation);
              added.push(next);
              outbox.add(next);
            } else if (each.do === 'take') take(each.window);
            else if (each.do === 'lost') {
              outbox.connectionLost();
              flying = [];
            } else if (each.do === 'wait') now += each.ms;
            else if (each.do === 'postpone') {
              const which = flying[each.which];
              if (which !== undefined) outbox.postpone(which.id, now);
              flying = flying.filter((other) => other !== which);
            } else settle(flying[each.which]);
            expect(new Set([...outbox.entries(), ...settled])).toEqual(new Set(added));
          }
          // Once the network behaves, everything is settled without further ado.
          while (outbox.size > 0) {
            settle(flying[0]);
            now = Math.max(now, outbox.nextDue() ?? now);
            take(3);
          }
          for (const conversation of ['a', 'b', 'c']) {
            const of = (entries: OutboxEntry[]): string[] =>
              ids(entries.filter((each) => each.conversation_id === conversation));
            expect(of(settled)).toEqual(of(added));
          }
          expect(outbox.inFlight).toBe(0);
          expect(outbox.nextDue()).toBeUndefined();
        },
      ),
    );
  });
});
