/**
 * Several payloads of one channel as one: what is published to a channel at once travels together, as one command of the
 * broker and one message to each subscriber.
 *
 * A bundle is the mark, the length in bytes of each payload with commas between, a line feed, and the payloads one after the
 * other. A payload alone travels as it is, unless it begins with the mark.
 */
const MARK = '\u001E';
const MARK_BYTE = 0x1e;
const LINE_FEED = 0x0a;

/** Writes payloads as one; at least one. */
export function writeBundle(payloads: readonly string[]): string {
  const [only] = payloads;
  if (payloads.length === 1 && only !== undefined && !only.startsWith(MARK)) return only;
  return `${MARK}${payloads.map((payload) => Buffer.byteLength(payload)).join(',')}\n${payloads.join('')}`;
}

/** Reads what was written: views, without a copy. What is no bundle, or a broken one, is a payload of its own. */
export function readBundle(bundle: Uint8Array): readonly Uint8Array[] {
  if (bundle[0] !== MARK_BYTE) return [bundle];
  const end = bundle.indexOf(LINE_FEED);
  const lengths = Buffer.from(bundle.subarray(1, end)).toString('latin1').split(',').map(Number);
  const payloads: Uint8Array[] = [];
  let at = end + 1;
  for (const length of lengths) {
    if (!Number.isSafeInteger(length) || length < 0 || at + length > bundle.length) return [bundle];
    payloads.push(bundle.subarray(at, at + length));
    at += length;
  }
  return end !== -1 && at === bundle.length ? payloads : [bundle];
}

/** Publishes together what is given for a channel before the promises that are resolved already have all been seen to, in that order. */
export class Bundler {
  #due = new Map<string, { payloads: string[]; published: Promise<unknown> }>();

  constructor(private readonly publish: (channel: string, bundle: string) => Promise<unknown>) {}

  /** Settles as the publishing of its bundle does. */
  add(channel: string, payload: string): Promise<unknown> {
    const due = this.#due.get(channel);
    if (due !== undefined) {
      due.payloads.push(payload);
      return due.published;
    }
    const payloads = [payload];
    // After everything that became known with what is published now.
    const published = Promise.resolve().then(() => {
      this.#due.delete(channel);
      return this.publish(channel, writeBundle(payloads));
    });
    this.#due.set(channel, { payloads, published });
    return published;
  }
}
