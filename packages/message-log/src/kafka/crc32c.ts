/**
 * CRC-32C (Castagnoli; RFC 3720, B.4), which every batch of records carries. Node has none: `zlib.crc32` is of another polynomial.
 * Four bytes are looked up at once, each in a table that knows how many bytes follow it.
 */

/** The polynomial, its lowest power first. */
const POLYNOMIAL = 0x82f6_3b78;
const BYTE_VALUES = 256;

const LAST = new Int32Array(BYTE_VALUES).map((_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});
const SECOND_LAST = oneByteFurther(LAST);
const THIRD_LAST = oneByteFurther(SECOND_LAST);
const FOURTH_LAST = oneByteFurther(THIRD_LAST);

function oneByteFurther(table: Int32Array): Int32Array {
  return table.map((rest) => at(LAST, rest & 0xff) ^ (rest >>> 8));
}

/** The element at an index that is within the bounds. */
function at(table: Int32Array | Uint8Array, index: number): number {
  return table[index] as number;
}

/** The checksum of bytes, 0 … 2³² − 1. */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  const fours = length - (length % 4);
  let rest = -1;
  let index = 0;
  for (; index < fours; index += 4) {
    rest ^=
      at(bytes, index) | (at(bytes, index + 1) << 8) | (at(bytes, index + 2) << 16) | (at(bytes, index + 3) << 24);
    rest =
      at(FOURTH_LAST, rest & 0xff) ^
      at(THIRD_LAST, (rest >>> 8) & 0xff) ^
      at(SECOND_LAST, (rest >>> 16) & 0xff) ^
      at(LAST, rest >>> 24);
  }
  for (; index < length; index++) rest = at(LAST, (rest ^ at(bytes, index)) & 0xff) ^ (rest >>> 8);
  return ~rest >>> 0;
}
