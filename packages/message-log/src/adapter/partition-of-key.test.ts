import { murmur2, partitionOfKey } from './partition-of-key';

describe('partition of a key', () => {
  // From Apache Kafka's UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('hashes %s as Kafka does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('hashes bytes as Kafka does', () => {
    expect(murmur2(Buffer.from([0x61, 0x62, 0x63]))).toBe(479470107);
  });

  it('gives every partition its share of random keys, and a key always the same one', () => {
    const counts = new Array<number>(12).fill(0);
    for (let n = 0; n < 12_000; n += 1) counts[partitionOfKey(`conversation-${n}`, 12)]! += 1;
    counts.forEach((count) => expect(count).toBeGreaterThan(800));
    expect(partitionOfKey('ключ', 12)).toBe(partitionOfKey('ключ', 12));
  });
});
