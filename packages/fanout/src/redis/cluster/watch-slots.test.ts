import { SlotWatch } from './watch-slots';

describe('the watch over the slots', () => {
  let looks: number;
  let settled: boolean;
  let finish: () => void;
  let hanging: boolean;
  let watch: SlotWatch;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    [looks, settled, hanging] = [0, true, false];
    watch = new SlotWatch({
      look: async () => {
        looks += 1;
        if (hanging) await new Promise<void>((resolve) => (finish = resolve));
      },
      isSettled: () => settled,
    });
  });
  afterEach(async () => {
    await watch.close();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('looks at once, then every ten seconds, and every second while all is not well', async () => {
    void watch.look();
    await pass(0);
    expect(looks).toBe(1);
    await pass(9_999);
    expect(looks).toBe(1);
    settled = false;
    await pass(1);
    expect(looks).toBe(2);
    await pass(3_000);
    expect(looks).toBe(5);
  });

  it('looks no oftener than once a second, whoever asks', async () => {
    const asked = [watch.look(), watch.look()];
    await pass(0);
    await Promise.all(asked);
    expect(looks).toBe(1);
    for (let ask = 0; ask < 20; ask += 1) {
      void watch.look();
      await pass(50);
    }
    expect(looks).toBe(2);
  });

  it('looks again for whoever asks while it looks', async () => {
    hanging = true;
    void watch.look();
    await pass(0);
    let told = false;
    void watch.look().then(() => (told = true));
    await pass(5_000);
    expect([looks, told]).toEqual([1, false]);
    hanging = false;
    finish();
    await pass(0);
    expect([looks, told]).toEqual([2, true]);
  });

  it('ends with the look under way, and leaves no timer', async () => {
    void watch.look();
    await pass(0);
    void watch.look();
    await watch.close();
    await pass(60_000);
    expect(looks).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
