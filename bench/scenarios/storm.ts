/**
 * Devices that were away come back at once, each with messages that it missed, while others go on talking. The product
 * alone: nothing else keeps what was missed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../measure/statistics';
import { Ledger } from '../measure/ledger';
import type { Product } from '../systems/product';
import type { ProductClient } from '../systems/product-client';
import { connectAll, nodeOf } from '../systems/system';
import { openLoop } from './open-loop';

const OTHERS = 50;
const OTHERS_PER_SECOND = 200;
const CALM_MS = 4_000;
const WITHIN_MS = 120_000;
/** What the senders have in flight together. */
const MAX_IN_FLIGHT = 4_000;

export interface StormFigures {
  scenario: 'storm';
  system: string;
  devices: number;
  missedEach: number;
  /** Until the last device had what it missed. */
  seconds: number;
  /** Of the others: before, and while the devices came back. */
  calmP99?: number | undefined;
  stormP99?: number | undefined;
  lost: number;
  duplicated: number;
}

export async function storm(product: Product, devices: number, missedEach: number): Promise<StormFigures> {
  const away = Array.from({ length: devices }, (_, index) => 2 * OTHERS + index);
  const dial = (user: number): Promise<ProductClient> => product.connect(nodeOf(product, user), user);
  await leave(await connectAll(away, dial, 100));
  const others = await connectAll(
    Array.from({ length: 2 * OTHERS }, (_, user) => user),
    dial,
  );
  const back: ProductClient[] = [];
  let talking: Promise<number> | undefined;
  try {
    await tell(others, away, missedEach);
    const ledger = new Ledger();
    for (const other of others) other.onMessage((body) => void ledger.read(body));
    const talk = (ms: number): Promise<number> =>
      openLoop(OTHERS_PER_SECOND, ms, (n) => {
        const sender = 2 * (n % OTHERS);
        others[sender]?.send(sender + 1, ledger.write(sender));
      });
    await talk(CALM_MS);
    const calmP99 = quantile(ledger.takeLatencies(), 0.99);
    const missing = new Missing(devices, missedEach);
    const began = performance.now();
    // Until all are back, and no longer than anyone would wait.
    talking = talk(CALM_MS);
    back.push(
      ...(await connectAll(
        away,
        (user) => product.connect(nodeOf(product, user), user, { onMessage: missing.device() }),
        devices,
      )),
    );
    await Promise.race([missing.none, delay(WITHIN_MS, undefined, { ref: false })]);
    const seconds = (performance.now() - began) / 1_000;
    await talking;
    await delay(1_000);
    return {
      scenario: 'storm',
      system: product.name,
      devices,
      missedEach,
      seconds: Math.round(seconds * 100) / 100,
      calmP99,
      stormP99: quantile(ledger.takeLatencies(), 0.99),
      lost: missing.left + ledger.history().lost,
      duplicated: missing.duplicated + ledger.history().duplicated,
    };
  } finally {
    await talking?.catch(() => undefined);
    for (const client of [...others, ...back]) client.close();
  }
}

/** Confirms what they have, so that they resume there, and goes. */
async function leave(clients: readonly ProductClient[]): Promise<void> {
  await delay(2_000);
  for (const client of clients) client.confirm();
  await delay(2_000);
  for (const client of clients) client.close();
}

/** Tells each of these users so many things, and waits until all is accepted, and stored for them. */
async function tell(senders: readonly ProductClient[], users: readonly number[], each: number): Promise<void> {
  const total = users.length * each;
  const accepted = (): number => senders.reduce((sum, { answers }) => sum + answers.accepted, 0);
  let n = 0;
  for (let message = 0; message < each; message += 1) {
    for (const user of users) {
      // As fast as it is accepted, and no faster: a pod bounds what it holds for a connection.
      while (n - accepted() > MAX_IN_FLIGHT) await delay(5);
      senders[n % senders.length]?.send(user, `${message}`);
      n += 1;
    }
  }
  const end = Date.now() + WITHIN_MS;
  while (accepted() < total) {
    if (Date.now() > end) throw new Error(`only ${accepted()} of ${total} messages were accepted`);
    await delay(50);
  }
  await delay(3_000);
}

/** What devices that came back still lack. */
class Missing {
  left: number;
  duplicated = 0;
  #resolve: () => void = () => undefined;
  readonly none: Promise<void>;

  constructor(
    devices: number,
    private readonly each: number,
  ) {
    this.left = devices * each;
    this.none = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** What a device is to be told of its messages with. */
  device(): (body: string) => void {
    const seen = new Set<string>();
    return (body) => {
      if (seen.has(body)) this.duplicated += 1;
      else if (seen.size < this.each) this.left -= 1;
      seen.add(body);
      if (this.left === 0) this.#resolve();
    };
  }
}
