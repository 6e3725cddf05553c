const FIRST_ROOM = 4_096;
const MOST_BYTES_OF_VARINT = 5;

/** Bytes as Kafka's protocol has them, written one after the other into one buffer that grows. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_ROOM);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written from an index on: a view, good until more is written. */
  from(index: number): Buffer {
    return this.#bytes.subarray(index, this.#length);
  }

  int8(value: number): void {
    this.#room(1);
    this.#length = this.#bytes.writeInt8(value, this.#length);
  }

  int16(value: number): void {
    this.#room(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  /** An integer of 64 bits that is exact as a number. */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value | 0);
  }

  /** Room for four bytes that are known later: their index. */
  reserve32(): number {
    this.int32(0);
    return this.#length - 4;
  }

  setInt32(value: number, index: number): void {
    this.#bytes.writeInt32BE(value, index);
  }

  setUint32(value: number, index: number): void {
    this.#bytes.writeUInt32BE(value, index);
  }

  /** A length of up to 31 bits, as zigzag of variable length has it. */
  varint(value: number): void {
    this.#room(MOST_BYTES_OF_VARINT);
    let rest = (value << 1) >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = rest | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** A text whose length is known. */
  text(value: string, bytes: number): void {
    this.#room(bytes);
    this.#length += this.#bytes.write(value, this.#length);
  }

  #room(needed: number): void {
    const least = this.#length + needed;
    if (least <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(least, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** How many bytes `varint` writes. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = (value << 1) >>> 0; rest > 0x7f; rest >>>= 7) bytes += 1;
  return bytes;
}
