import fc from 'fast-check';
import { patchProduce, type ProduceModule } from './patch-produce';

type Fields = Parameters<ReturnType<ProduceModule['protocol']>>[0];

/** kafkajs's request to append, each time anew. */
function library(patch: boolean) {
  let produce: ProduceModule;
  jest.isolateModules(() => {
    produce = jest.requireActual('kafkajs/src/protocol/requests/produce');
    if (patch) patchProduce(produce);
  });
  const encode = async (version: number, fields: Fields): Promise<Buffer> => {
    const { buf, offset, buffer } = await produce.protocol({ version })(fields).request.encode();
    expect(buf.subarray(0, offset).equals(buffer)).toBe(true);
    return buffer;
  };
  return { produce: produce!, encode };
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 500, maxLength: 9_000, size: '+2' }));
const messages = fc.array(
  fc.record({ key: fc.string(), value: text, headers: fc.dictionary(fc.string(), fc.string({ unit: 'binary' })) }),
  {
    minLength: 1,
    maxLength: 10,
  },
);
const topicData = fc.array(
  fc.record({ topic: fc.string(), partitions: fc.array(fc.record({ partition: fc.nat(300), messages })) }),
  { maxLength: 2 },
);

/** As a producer of kafkajs asks that is not idempotent. */
const plain = { acks: -1, timeout: 5_000, producerId: -1, producerEpoch: 0 };
/** More records than one byte counts. */
const many = Array.from({ length: 100 }, (_, index) => ({ key: `k${index}`, value: 'v', headers: {} }));
const hundred = [{ topic: 't', partitions: [{ partition: 0, messages: many }] }];

describe('the request to append, written in one pass', () => {
  const [original, cheaper] = [library(false), library(true)];
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is the one that kafkajs writes, of records of any size, in each version', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 7 }), topicData, async (version, data) => {
        const fields = { ...plain, topicData: data };
        expect((await cheaper.encode(version, fields)).equals(await original.encode(version, fields))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is the one that kafkajs writes, of many records', async () => {
    const fields = { ...plain, topicData: hundred };
    expect((await cheaper.encode(7, fields)).equals(await original.encode(7, fields))).toBe(true);
  });

  it.each([
    ['in a transaction', { transactionalId: 'tx' }],
    ['with a sequence', { producerId: 7, producerEpoch: 1 }],
    ['compressed', { compression: 1 }],
  ])('stays as it was where it is asked for %s', async (_how, other) => {
    const fields = { ...plain, ...other, topicData: hundred };
    const written = await cheaper.encode(7, fields);
    expect(written.equals(await original.encode(7, fields))).toBe(true);
    expect(written.equals(await cheaper.encode(7, { ...plain, topicData: hundred }))).toBe(false);
  });

  it.each([
    ['a tombstone', { key: 'k', value: null, headers: {} }],
    ['bytes', { key: Buffer.from([0xff]), value: Buffer.from([0xfe]), headers: {} }],
    ['no headers and no key', { value: 'v' }],
    ['no header at all', { key: 'k', value: 'v', headers: null }],
    ['a header twice', { key: 'k', value: 'v', headers: { a: ['1', Buffer.from('2')] } }],
    ['a time of its own', { key: 'k', value: 'v', headers: {}, timestamp: '1600000000000' }],
  ])('stays as it was of a record with %s', async (_what, record) => {
    const write = async ({ encode }: typeof original): Promise<string> => {
      const fields = { ...plain, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [record] }] }] };
      return (await encode(7, fields).catch((error: Error) => Buffer.from(error.message))).toString('hex');
    };
    expect(await write(cheaper)).toBe(await write(original));
  });

  it('is made once, and of no other version', async () => {
    const { produce } = cheaper;
    const ofProtocol = (): unknown => Object.getOwnPropertyDescriptor(produce, 'protocol')?.value;
    const once = ofProtocol();
    patchProduce(produce);
    expect(ofProtocol()).toBe(once);
    const { request } = produce.protocol({ version: 7 })({ ...plain, topicData: hundred });
    expect(await request.encode()).not.toHaveProperty('writeEncoder');
    const other: ProduceModule = { versions: ['0', '8'], protocol: () => () => ({ request, response: {} }) };
    expect(() => patchProduce(other)).toThrow('2.2.4');
  });
});
