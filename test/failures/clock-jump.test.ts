/**
 * The clock of pods jumps by an hour and back under load, forth and then into the past. While it is wrong a websocket pod
 * finds every token expired, or not valid yet, and takes nobody: the other pod does.
 */
import { join } from 'node:path';
import { describeFault } from './testing/with-stack';

const HOUR_MS = 3_600_000;
const preload = `--require ${join(__dirname, 'testing', 'skew-clock.cjs')}`;

describeFault('when clocks jump by an hour under load', {}, (scene) => {
  it.each([
    ['forth', HOUR_MS],
    ['back', -HOUR_MS],
  ])('loses nothing when they jump %s', async (direction, skewMs) => {
    const pods = [scene.stack.pod('websocket', 0), scene.stack.pod('persistence', 0)];
    for (const pod of pods) {
      await pod.terminate();
      await pod.start({ NODE_OPTIONS: preload, CLOCK_SKEW_MS: String(skewMs) });
    }
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    for (const pod of pods) pod.process.signal('SIGUSR2');
    await load.more('accepted', 200);
    await load.more('shown', 200);
    for (const pod of pods) pod.process.signal('SIGUSR2');
    load.healed();
    await load.more('positioned', 100);
    const { broken } = await load.finish(`clock-jump-${direction}`);
    expect(broken).toEqual({});
  });
});
