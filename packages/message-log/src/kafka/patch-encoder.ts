/**
 * kafkajs 2.2.4 puts a request together from several encoders. It fills half a KiB with zeros for each, which grow by halves while
 * they are copied into each other. Here encoders begin with nothing and take what they need at once, from Node's pool. What is
 * written is the same, byte for byte.
 */

/** What the patch relies on of kafkajs/src/protocol/encoder. */
export interface EncoderClass {
  prototype: Encoder;
  nextPowerOfTwo(value: number): number;
}

interface Encoder {
  buf: Buffer;
  offset: number;
  ensureAvailable(length: number): void;
  writeEncoder(value: Encoder | null | undefined): this;
  writeEncoderArray(value: readonly Encoder[]): this;
}

/** What the constructor asks room for. */
const INITIAL_SIZE = 511;
const LEAST_SIZE = 512;

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
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { writeEncoder, writeEncoderArray } = prototype;

  encoder.nextPowerOfTwo = (value) => (value === INITIAL_SIZE ? 0 : nextPowerOfTwo(value));
  prototype.ensureAvailable = function (length) {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(LEAST_SIZE, nextPowerOfTwo(needed)));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
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

function checkVersion(encoder: EncoderClass): void {
  const ensure: unknown = Object.getOwnPropertyDescriptor(encoder.prototype, 'ensureAvailable')?.value;
  if (encoder.nextPowerOfTwo(INITIAL_SIZE) === LEAST_SIZE && String(ensure).includes('Buffer.alloc(newLength)')) return;
  throw new Error('kafkajs is not the version whose encoder this patch makes cheaper (2.2.4)');
}
