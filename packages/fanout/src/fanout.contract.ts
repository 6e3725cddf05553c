import { isPlatformError } from '@chat-app/platform';
import type { Fanout } from './fanout';

export * from './presence-leases.contract';

/** Two fan-outs, of two pods, on one broker. */
export interface FanoutPair {
  one: Fanout;
  other: Fanout;
}

/** Texts that something on the way may take for something else. */
const AWKWARD_TEXTS: readonly string[] = [
  ...['', ' blank ', 'null', '\uFEFFbom', '\uFEFF', 'in\uFEFFside\uFEFF', '\uFFFE\uFFFF\uFFFD', 'a\u0000b'],
  ...['\u0001\u007F\u0080\u2028', 'line\r\nline', 'e\u0301 \u00E9', 'שלום 日本語', '😀👩‍👩‍👧‍👦\u{10FFFF}'],
];

/** Resolves when `count` payloads were received, with all of them as `channel=payload`. */
export function collect(fanout: Fanout): { received: string[]; until(count: number): Promise<string[]> } {
  const received: string[] = [];
  let wake: () => void = () => undefined;
  fanout.onMessage((channel, payload) => {
    received.push(`${channel}=${Buffer.from(payload).toString()}`);
    wake();
  });
  return {
    received,
    async until(count) {
      while (received.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return received;
    },
  };
}

/** Resolves in this state. */
export async function inState(fanout: Fanout, state: Fanout['state']): Promise<void> {
  if (fanout.state === state) return;
  await new Promise<void>((resolve) => fanout.onStateChange((entered) => entered === state && resolve()));
}

/** What every adapter of the fan-out keeps. `name` makes channel names that nobody else uses. */
export function describeFanoutContract(title: string, open: () => Promise<FanoutPair>): void {
  describe(`${title}: the fan-out contract`, () => {
    let one: Fanout;
    let other: Fanout;
    let channels = 0;
    const name = () => `contract:${process.pid}:${(channels += 1)}`;
    beforeEach(async () => {
      ({ one, other } = await open());
      await Promise.all([inState(one, 'connected'), inState(other, 'connected')]);
    });
    afterEach(() => Promise.all([one.close(), other.close()]));

    it('hands what one pod publishes to the other and to itself', async () => {
      const channel = name();
      const [own, others] = [collect(one), collect(other)];
      await Promise.all([one.subscribe([channel]), other.subscribe([channel])]);
      await one.publish(channel, 'grüße 🎈');
      await expect(own.until(1)).resolves.toEqual([`${channel}=grüße 🎈`]);
      await expect(others.until(1)).resolves.toEqual([`${channel}=grüße 🎈`]);
    });

    it('changes no text, however awkward', async () => {
      const channel = name();
      const [own, others] = [collect(one), collect(other)];
      await Promise.all([one.subscribe([channel]), other.subscribe([channel])]);
      for (const text of AWKWARD_TEXTS) await one.publish(channel, text);
      const expected = AWKWARD_TEXTS.map((text) => `${channel}=${text}`);
      await expect(own.until(expected.length)).resolves.toEqual(expected);
      await expect(others.until(expected.length)).resolves.toEqual(expected);
    });

    it('keeps the order of one publisher', async () => {
      const channel = name();
      const listening = collect(other);
      await other.subscribe([channel]);
      const payloads = Array.from({ length: 500 }, (_, index) => String(index));
      await Promise.all(payloads.map((payload) => one.publish(channel, payload)));
      const received = await listening.until(500);
      expect(received).toEqual(payloads.map((payload) => `${channel}=${payload}`));
    });

    it('receives nothing of a channel that it did not subscribe', async () => {
      const [wanted, unwanted] = [name(), name()];
      const listening = collect(other);
      await other.subscribe([wanted]);
      await one.publish(unwanted, 'no');
      await one.publish(wanted, 'yes');
      await expect(listening.until(1)).resolves.toEqual([`${wanted}=yes`]);
    });

    it('receives nothing of a channel any more once it unsubscribed', async () => {
      const [gone, kept] = [name(), name()];
      const listening = collect(other);
      await other.subscribe([gone, kept]);
      await other.unsubscribe([gone]);
      await one.publish(gone, 'no');
      await one.publish(kept, 'yes');
      await expect(listening.until(1)).resolves.toEqual([`${kept}=yes`]);
    });

    it('takes a channel subscribed twice as one: received once, gone at the first unsubscribe', async () => {
      const [channel, kept] = [name(), name()];
      const listening = collect(other);
      await Promise.all([other.subscribe([channel, kept]), other.subscribe([channel])]);
      await one.publish(channel, 'once');
      await listening.until(1);
      await other.unsubscribe([channel, channel]);
      await one.publish(channel, 'no');
      await one.publish(kept, 'end');
      await expect(listening.until(2)).resolves.toEqual([`${channel}=once`, `${kept}=end`]);
    });

    it('ends up subscribed when a channel goes and comes again', async () => {
      const channel = name();
      const listening = collect(other);
      await other.subscribe([channel]);
      await Promise.all([other.unsubscribe([channel]), other.subscribe([channel])]);
      await one.publish(channel, 'yes');
      await expect(listening.until(1)).resolves.toEqual([`${channel}=yes`]);
    });

    it('takes thousands of channels at once', async () => {
      const many = Array.from({ length: 2_500 }, name);
      const listening = collect(other);
      await other.subscribe(many);
      const chosen = [many[0], many[1_000], many[2_499]] as string[];
      for (const channel of chosen) await one.publish(channel, 'x');
      await expect(listening.until(3)).resolves.toEqual(chosen.map((channel) => `${channel}=x`));
      await other.unsubscribe(many);
    });

    it('takes no channels at all', async () => {
      await other.subscribe([]);
      await other.unsubscribe([]);
      await other.unsubscribe([name()]);
    });

    it('tells the publisher how many pods heard it', async () => {
      const channel = name();
      expect(await one.publish(channel, 'nobody')).toBe(0);
      await Promise.all([one.subscribe([channel]), other.subscribe([channel])]);
      expect(await one.publish(channel, 'both')).toBe(2);
      await other.unsubscribe([channel]);
      expect(await one.publish(channel, 'one')).toBe(1);
    });

    it('carries what was published before it was closed', async () => {
      const channel = name();
      const listening = collect(other);
      await other.subscribe([channel]);
      const published = one.publish(channel, 'last');
      await one.close();
      await published;
      await expect(listening.until(1)).resolves.toEqual([`${channel}=last`]);
    });

    it('never calls the receiver inside publish', async () => {
      const channel = name();
      let publishing = false;
      const inside = new Promise<boolean>((resolve) => one.onMessage(() => resolve(publishing)));
      await one.subscribe([channel]);
      publishing = true;
      const published = one.publish(channel, 'x');
      publishing = false;
      await published;
      await expect(inside).resolves.toBe(false);
    });

    it('refuses to publish and subscribe once it is closed, and closes twice as once', async () => {
      await one.close();
      await one.close();
      for (const call of [one.publish(name(), 'x'), one.subscribe([name()])]) {
        const failure: unknown = await call.catch((thrown: unknown) => thrown);
        expect(isPlatformError(failure, 'fanout_unavailable')).toBe(true);
      }
      await one.unsubscribe([name()]);
    });
  });
}
