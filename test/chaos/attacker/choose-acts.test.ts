import { Random } from '../random';
import { ACTS, chooseActs } from './choose-acts';

describe('the acts of an attacker', () => {
  const chosen = (seed: number, count: number) => {
    const acts = chooseActs(new Random(seed));
    return Array.from({ length: count }, () => acts.next().value);
  };

  it('are the same for the same seed, and others for another', () => {
    expect(chosen(1, 50)).toEqual(chosen(1, 50));
    expect(chosen(1, 50)).not.toEqual(chosen(2, 50));
  });

  it('are of every kind before any comes again, and without end', () => {
    expect(chosen(7, ACTS.length).sort()).toEqual([...ACTS].sort());
    expect(chosen(7, 400)).toHaveLength(400);
    expect(new Set(chosen(7, 400).slice(ACTS.length))).toEqual(new Set(ACTS));
  });
});
