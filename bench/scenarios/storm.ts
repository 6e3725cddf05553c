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
import { after, openLoop } from './open-loop';
import { ReturningDevices } from './returning-devices';

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
  const returning = new ReturningDevices(product, away);
  const others: ProductClient[] = [];
  try {
    await returning.visit();
    const users = Array.from({ length: 2 * OTHERS }, (_, user) => user);
    others.push(...(await connectAll(users, (user) => product.connect(nodeOf(product, user), user))));
    await tell(others, away, missedEach);
    const ledger = new Ledger();
    for (const other of others) other.onMessage((body) => void ledger.read(body));
    const talkUntil = (ended: () => boolean): Promise<void> =>
      openLoop(OTHERS_PER_SECOND, ended, (n) => {
        const sender = 2 * (n % OTHERS);
        others[sender]?.send(sender + 1, ledger.write(sender));
      });
    await talkUntil(after(CALM_MS));
    const calmP99 = quantile(ledger.takeLatencies(), 0.99);
    let back = false;
    const [seconds] = await Promise.all([
      returning.comeBack(missedEach, WITHIN_MS).finally(() => (back = true)),
      talkUntil(() => back),
    ]);
    // What is on its way by now is of the storm too.
    await delay(1_000);
    const stormP99 = quantile(ledger.takeLatencies(), 0.99);
    const devicesHave = await returning.count();
    return {
      scenario: 'storm',
      system: product.name,
      devices,
      missedEach,
      seconds,
      calmP99,
      stormP99,
      lost: devicesHave.lost + ledger.history().lost,
      duplicated: devicesHave.duplicated + ledger.history().duplicated,
    };
  } finally {
    for (const client of others) client.close();
    returning.stop();
  }
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
