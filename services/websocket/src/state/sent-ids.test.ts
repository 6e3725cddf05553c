import { MOST_PENDING, SentIds } from './sent-ids';

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

  it('drops the oldest pending id at its bound', () => {
    const ids = new SentIds();
    for (let i = 0; i <= MOST_PENDING; i += 1) ids.add(`id-${i}`);
    expect(ids.has('id-0')).toBe(false);
    expect(ids.has('id-1')).toBe(true);
    expect(ids.has(`id-${MOST_PENDING}`)).toBe(true);
  });
});
