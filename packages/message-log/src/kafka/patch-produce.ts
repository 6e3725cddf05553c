/**
 * kafkajs 2.2.4 puts a request to append together from encoders of encoders, several for each record, each with a buffer that is
 * copied into the next, and goes over the bytes one by one for their checksum. Here it is written in one pass (encode-produce.ts),
 * the same byte for byte, wherever it is asked for in the way in which it is asked here; anything else stays kafkajs's own.
 */
import { encodeProduce, type ProduceRequest } from './encode-produce';

/** What the patch relies on of kafkajs/src/protocol/requests/produce. */
export interface ProduceModule {
  readonly versions: readonly string[];
  protocol(options: { version: number }): MakeRequest;
}

type MakeRequest = (fields: ProduceFields) => {
  readonly request: { encode(): Promise<WrittenBytes> };
  readonly response: object;
};

interface ProduceFields extends Pick<ProduceRequest, 'acks' | 'timeout'> {
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly AnyRecord[] }[];
  }[];
}

interface AnyRecord {
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: object | null;
  readonly timestamp?: string;
}

/** What kafkajs asks of an encoder whose bytes it writes into another. */
interface WrittenBytes {
  readonly buf: Buffer;
  readonly offset: number;
  readonly buffer: Buffer;
}

const KNOWN_VERSIONS = '0,1,2,3,4,5,6,7';
/** The first version of the format that is written here; the known ones after it have the same. */
const FIRST_VERSION = 3;
const NO_PRODUCER_ID = -1;

const patched = new WeakSet<object>();

/**
 * Makes appending cheaper. Patching twice changes nothing.
 * @throws where the module is not the one the patch was written for
 */
export function patchProduce(produce: ProduceModule): void {
  if (patched.has(produce)) return;
  if (String(produce.versions) !== KNOWN_VERSIONS) {
    throw new Error('kafkajs is not the version whose requests to append this patch makes cheaper (2.2.4)');
  }
  const protocol = produce.protocol.bind(produce);
  produce.protocol = ({ version }) => {
    const make = protocol({ version });
    if (version < FIRST_VERSION) return make;
    return (fields) => {
      const made = make(fields);
      return isPlain(fields) ? { ...made, request: { ...made.request, encode: encodePlain(fields) } } : made;
    };
  };
  patched.add(produce);
}

function isPlain(fields: ProduceFields): fields is ProduceFields & ProduceRequest {
  const { transactionalId, producerId, compression = 0, topicData } = fields;
  if ((transactionalId ?? undefined) !== undefined || producerId !== NO_PRODUCER_ID || compression !== 0) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isOfText)));
}

function isOfText({ key, value, headers, timestamp }: AnyRecord): boolean {
  if (typeof key !== 'string' || typeof value !== 'string' || timestamp !== undefined) return false;
  return headers !== undefined && headers !== null && Object.values(headers).every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function encodePlain(fields: ProduceRequest): () => Promise<WrittenBytes> {
  return () => {
    const buffer = encodeProduce(fields, Date.now());
    return Promise.resolve({ buf: buffer, offset: buffer.length, buffer });
  };
}
