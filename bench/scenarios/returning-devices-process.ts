/** The process of `ReturningDevices`: does what it is told, and reports. */
import { setTimeout as delay } from 'node:timers/promises';
import { connectProduct, type ProductClient, type ProductClientOptions } from '../systems/product-client';
import { connectAll } from '../systems/system';
import type { Device, Done, Order, Report } from './returning-devices';

/** What is stored for a device that connects is there after that time. */
const SETTLED_MS = 2_000;

const dial = (device: Device, onMessage?: ProductClientOptions['onMessage']): Promise<ProductClient> =>
  connectProduct({ ...device, idOf: () => '', ...(onMessage !== undefined && { onMessage }) });

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

let devices: readonly Device[] = [];
let missing = new Missing(0, 0);

async function visit(): Promise<void> {
  const clients = await connectAll(devices, (device) => dial(device), 100);
  await delay(SETTLED_MS);
  for (const client of clients) client.confirm();
  await delay(SETTLED_MS);
  for (const client of clients) client.close();
}

async function follow(order: Order): Promise<Done> {
  const began = performance.now();
  if (order.kind === 'visit') {
    ({ devices } = order);
    await visit();
  }
  if (order.kind === 'come back') {
    const { missedEach, withinMs } = order;
    const all = new Missing(devices.length, missedEach);
    missing = all;
    await connectAll(devices, (device) => dial(device, all.device()), devices.length);
    await Promise.race([all.none, delay(withinMs, undefined, { ref: false })]);
  }
  const seconds = Math.round((performance.now() - began) / 10) / 100;
  return { seconds, lost: missing.left, duplicated: missing.duplicated };
}

const report = (what: Report): void => void process.send?.(what);

// Whatever ended the bench ends its devices.
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  follow(order).then(report, (error: unknown) => report({ failed: String(error) }));
});
