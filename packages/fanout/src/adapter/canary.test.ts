import { Canary } from './canary';

describe('the canary', () => {
  it('misses nothing while each number comes back', () => {
    const canary = new Canary();
    for (let beat = 0; beat < 3; beat += 1) {
      const { number, misses } = canary.beat();
      expect(misses).toBe(0);
      canary.received(number);
    }
  });

  it('counts misses in a row, and from none again once a number came back', () => {
    const canary = new Canary();
    canary.beat();
    expect(canary.beat().misses).toBe(1);
    const { number, misses } = canary.beat();
    expect(misses).toBe(2);
    canary.received(number);
    expect(canary.beat().misses).toBe(0);
  });

  it('takes a number that comes late for a miss', () => {
    const canary = new Canary();
    const { number } = canary.beat();
    canary.beat();
    canary.received(number);
    expect(canary.beat().misses).toBe(2);
  });

  it('expects nothing of the connection before', () => {
    const canary = new Canary();
    canary.beat();
    canary.reset();
    expect(canary.beat().misses).toBe(0);
  });
});
