import { slotOf } from './key-slot';

describe('the slot of a channel', () => {
  it.each([
    // As CLUSTER KEYSLOT of Redis 7.0 answers.
    ['123456789', 12_739],
    ['presence:pods', 14_093],
    ['user:5f0c1d6e-2f2b-5b0e-9f53-0a9c8ad6b1c4', 2_982],
    ['', 0],
    ['grüße 🎈', 7_035],
    ['{}a', 10_875],
    ['{tag}a', 8_338],
    ['b{tag}{other}', 8_338],
    ['{{tag}}', 15_608],
    ['a{b', 13_340],
  ])('is of "%s" the one that the server computes', (name, slot) => {
    expect(slotOf(name)).toBe(slot);
  });
});
