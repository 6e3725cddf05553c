/**
 * kafkajs 2.2.4 writes each number of variable length by way of an array and a Buffer of its own, counts in 64 bits with objects,
 * and fills half a KiB with zeros for each of the encoders that a record is put together from, which grow by halves while they are copied into each other.
 * Here the bytes go where they belong, and encoders begin with nothing and take what they need at once, from Node's pool. What is
 * written is the same, byte for byte.
 */

/** What the patch relies on of kafkajs/src/protocol/encoder. */
export interface EncoderClass {
  prototype: Encoder;
  encodeZigZag(value: number): number;
  nextPowerOfTwo(value: number): number;
  sizeOfVarInt(value: number): number;
  sizeOfVarLong(value: unknown): number;
}

interface Encoder {
  buf: Buffer;
  offset: number;
  ensureAvailable(length: number): void;
  writeVarInt(value: number): this;
  writeUVarInt(value: number): this;
  writeVarLong(value: unknown): this;
  writeEncoder(value: Encoder | null | undefined): this;
  writeEncoderArray(value: readonly Encoder[]): this;
}

/** What the constructor asks room for. */
const INITIAL_SIZE = 511;
const LEAST_SIZE = 512;
/** Numbers below it fit into 32 bits once their sign is where zigzag has it. */
const SMALL = 2 ** 30;
const MOST_BYTES = 5;

const patched = new WeakSet<object>();

/**
 * Makes encoders cheaper. Patching twice changes nothing.
 * @throws where the class is not the one the patch was written for
 */
export function patchEncoder(encoder: EncoderClass): void {
  if (patched.has(encoder)) return;
  checkVersion(encoder);
  const { prototype } = encoder;
  const nextPowerOfTwo = encoder.nextPowerOfTwo.bind(encoder);
  const sizeOfVarLong = encoder.sizeOfVarLong.bind(encoder);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { writeVarLong, writeEncoder, writeEncoderArray } = prototype;

  encoder.nextPowerOfTwo = (value) => (value === INITIAL_SIZE ? 0 : nextPowerOfTwo(value));
  encoder.sizeOfVarLong = (value) => (isSmall(value) ? encoder.sizeOfVarInt(value) : sizeOfVarLong(value));
  prototype.ensureAvailable = function (length) {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(LEAST_SIZE, nextPowerOfTwo(needed)));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  };
  prototype.writeUVarInt = function (value) {
    this.ensureAvailable(MOST_BYTES);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.buf[this.offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buf[this.offset++] = rest;
    return this;
  };
  prototype.writeVarLong = function (value) {
    return isSmall(value) ? this.writeVarInt(value) : writeVarLong.call(this, value);
  };
  prototype.writeEncoder = function (value) {
    if (!isEncoder(value)) return writeEncoder.call(this, value);
    this.ensureAvailable(value.offset);
    this.offset += value.buf.copy(this.buf, this.offset, 0, value.offset);
    return this;
  };
  prototype.writeEncoderArray = function (value) {
    if (!Array.isArray(value) || !value.every(isEncoder)) return writeEncoderArray.call(this, value);
    this.ensureAvailable(value.reduce((sum: number, { offset }: Encoder) => sum + offset, 0));
    for (const one of value as readonly Encoder[]) this.offset += one.buf.copy(this.buf, this.offset, 0, one.offset);
    return this;
  };
  patched.add(encoder);
}

function isEncoder(value: Encoder | null | undefined): value is Encoder {
  return value !== null && value !== undefined && Buffer.isBuffer(value.buf);
}

function isSmall(value: unknown): value is number {
  return typeof value === 'number' && value > -SMALL && value < SMALL;
}

function checkVersion(encoder: EncoderClass): void {
  const isAsKnown = (name: keyof Encoder, part: string): boolean =>
    String(Object.getOwnPropertyDescriptor(encoder.prototype, name)?.value).includes(part);
  if (
    encoder.nextPowerOfTwo(INITIAL_SIZE) === LEAST_SIZE &&
    isAsKnown('writeUVarInt', 'Buffer.from(byteArray)') &&
    isAsKnown('ensureAvailable', 'Buffer.alloc(newLength)')
  ) {
    return;
  }
  throw new Error('kafkajs is not the version whose encoder this patch makes cheaper (2.2.4)');
}
