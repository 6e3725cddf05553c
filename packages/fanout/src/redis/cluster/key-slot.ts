/** Into so many parts a cluster divides keys and channels. */
export const SLOTS = 16_384;

const REMAINDERS = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder & 0x8000) === 0 ? remainder << 1 : (remainder << 1) ^ 0x1021;
  }
  return remainder;
});

/** The slot of a key or a channel: of what stands between its first braces, where anything does. */
export function slotOf(name: string): number {
  const open = name.indexOf('{');
  const close = open < 0 ? -1 : name.indexOf('}', open + 1);
  return checksum(Buffer.from(close > open + 1 ? name.slice(open + 1, close) : name)) % SLOTS;
}

/** CRC-16 as XMODEM has it. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = ((sum << 8) ^ (REMAINDERS[((sum >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  return sum;
}
