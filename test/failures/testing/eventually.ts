import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again, where nothing tells when, until the answer is no longer undefined. @throws after the time allowed */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, timeoutMs = 60_000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await delay(200);
  }
}
