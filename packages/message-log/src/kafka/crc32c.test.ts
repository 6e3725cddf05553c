import fc from 'fast-check';
import { crc32c } from './crc32c';

const ofLibrary = jest.requireActual<(bytes: Uint8Array) => number>('kafkajs/src/protocol/recordBatch/crc32C');

describe('CRC-32C', () => {
  // RFC 3720, B.4: what its bytes, lowest first, are as a number.
  it.each([
    ['32 zeros', Buffer.alloc(32), 0x8a91_36aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8_ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd_794e],
    ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113f_db5c],
    ['nothing', Buffer.alloc(0), 0],
    ['the digits', Buffer.from('123456789'), 0xe306_9283],
  ])('is the one that is known of %s', (_what, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum);
  });

  it('is the one that kafkajs counts, of any bytes, wherever they begin', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600, size: 'max' }), fc.nat(9), (bytes, start) => {
        const part = bytes.subarray(start);
        expect(crc32c(part)).toBe(ofLibrary(part));
      }),
      { numRuns: 1_000 },
    );
  });
});
