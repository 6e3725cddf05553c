import { setTimeout as delay } from 'node:timers/promises';

/** Calls `act` so many times a second, whatever became of the calls before; catches up after a pause of the process. */
export async function openLoop(perSecond: number, ms: number, act: (n: number) => void): Promise<number> {
  const began = performance.now();
  let done = 0;
  for (let passed = 0; passed < ms; passed = performance.now() - began) {
    for (; done < (passed / 1_000) * perSecond; done += 1) act(done);
    await delay(1);
  }
  return done;
}
