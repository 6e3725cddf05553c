import { Random } from '../random';
import { ACTS, chooseAct } from './choose-act';

describe('the acts of an attacker', () => {
  const chosen = (seed: number, count: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => chooseAct(random));
  };

  it('are the same for the same seed, and others for another', () => {
    expect(chosen(1, 50)).toEqual(chosen(1, 50));
    expect(chosen(1, 50)).not.toEqual(chosen(2, 50));
  });

  it('are of every kind before long', () => {
    expect(new Set(chosen(7, 400))).toEqual(new Set(ACTS));
  });
});
