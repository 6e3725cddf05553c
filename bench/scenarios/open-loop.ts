import { setTimeout as delay } from 'node:timers/promises';

/** Calls `act` so many times a second until it ended, whatever became of the calls before; catches up after a pause of the process. */
export async function openLoop(perSecond: number, ended: () => boolean, act: (n: number) => void): Promise<void> {
  const began = performance.now();
  let done = 0;
  while (!ended()) {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    for (; done < due; done += 1) act(done);
    await delay(1);
  }
}

/** Whether so many milliseconds passed since. */
export function after(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}
