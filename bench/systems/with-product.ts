import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Product } from './product';

/** Where a benchmark works. */
export interface Place {
  root: string;
  /** Data, keys and logs. */
  directory: string;
  /** First of 400 ports. */
  basePort: number;
}

/** First of the ports that a benchmark uses where it is told no other. */
export const BASE_PORT = Number(process.env['BENCH_PORT'] ?? 21_000);

/** First of the ports of the peers: ten of them. */
export const PEER_PORTS = 390;

/** Starts the product, does the work, stops the product: also where a signal ends it. */
export async function withProduct<Result>(
  { basePort, environment = {} }: { basePort: number; environment?: Record<string, string> },
  work: (product: Product, place: Place) => Promise<Result>,
): Promise<Result> {
  const root = resolve(__dirname, '..', '..');
  const directory = join(root, '.dev', 'bench');
  mkdirSync(directory, { recursive: true });
  const product = await Product.start({ root, directory, basePort, environment });
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    return await Promise.race([work(product, { root, directory, basePort }), interrupted]);
  } finally {
    await product.stop();
  }
}
