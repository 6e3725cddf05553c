import { MAX_PENDING, MAX_SETTLED, SentIds } from './sent-ids';

describe('SentIds', () => {
  it('knows what was sent before and after its number is known', () => {
    const ids = new SentIds();
    ids.add('a');
    expect(ids.has('a')).toBe(true);
    ids.settle('a');
    expect(ids.has('a')).toBe(true);
    expect(ids.has('b')).toBe(false);
  });

  it('forgets settled ids after the second rotation, pending ones never', () => {
    const ids = new SentIds();
    ids.add('pending');
    ids.settle('settled');
    ids.rotate();
    expect(ids.has('settled')).toBe(true);
    ids.rotate();
    expect(ids.has('settled')).toBe(false);
    expect(ids.has('pending')).toBe(true);
  });

  it('keeps nothing when nothing is worth keeping', () => {
    const ids = new SentIds();
    ids.add('a');
    ids.settle('a');
    ids.rotate();
    ids.rotate();
    expect(ids.empty).toBe(true);
  });

  it.each([
    ['pending', MAX_PENDING, (ids: SentIds, id: string) => ids.add(id)],
    ['settled', MAX_SETTLED, (ids: SentIds, id: string) => ids.settle(id)],
  ])('keeps the newest %s ids up to its bound, and at most twice as many', (_, bound, take) => {
    const ids = new SentIds();
    for (let n = 0; n <= 3 * bound; n += 1) take(ids, `id-${n}`);
    const kept = Array.from({ length: 3 * bound + 1 }, (_unused, n) => n).filter((n) => ids.has(`id-${n}`));
    expect(kept.length).toBeGreaterThanOrEqual(bound);
    expect(kept.length).toBeLessThanOrEqual(2 * bound);
    expect(kept.at(-1)).toBe(3 * bound);
    expect(kept[0]).toBe(3 * bound - kept.length + 1);
  });
});
