import fc from 'fast-check';
import { patchEncoder, type EncoderClass } from './patch-encoder';

interface Written {
  readonly buffer: Buffer;
}

/** What of kafkajs writes a produce request, each time anew. */
function library(patch: boolean) {
  let encode: (topicData: unknown) => Promise<Buffer>;
  let Encoder: EncoderClass;
  jest.isolateModules(() => {
    Encoder = jest.requireActual('kafkajs/src/protocol/encoder');
    if (patch) patchEncoder(Encoder);
    const { protocol } = jest.requireActual<{
      protocol: (options: { version: number }) => (options: object) => { request: { encode(): Promise<Written> } };
    }>('kafkajs/src/protocol/requests/produce');
    encode = async (topicData) =>
      (await protocol({ version: 7 })({ acks: -1, timeout: 5_000, topicData }).request.encode()).buffer;
  });
  return { encode: encode!, Encoder: Encoder! };
}

describe('the encoder of kafkajs, patched', () => {
  const [original, cheaper] = [library(false), library(true)];
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_700_000_000_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('writes the requests that it wrote, of records of any size', async () => {
    const record = fc.record(
      {
        key: fc.option(fc.string(), { nil: null }),
        value: fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 500, maxLength: 2_000 })), {
          nil: null,
        }),
        headers: fc.dictionary(fc.string(), fc.string()),
        timestamp: fc.option(fc.integer({ min: 0, max: 2_000_000_000_000 }).map(String), { nil: undefined }),
      },
      { requiredKeys: ['key', 'value', 'headers'] },
    );
    const partitions = fc.array(fc.record({ partition: fc.nat(20), messages: fc.array(record, { minLength: 1 }) }));
    await fc.assert(
      fc.asyncProperty(fc.string(), partitions, async (topic, data) => {
        const topicData = [{ topic, partitions: data }];
        expect((await cheaper.encode(topicData)).equals(await original.encode(topicData))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is made once, and of no other version', () => {
    const written = (): unknown => Object.getOwnPropertyDescriptor(cheaper.Encoder.prototype, 'ensureAvailable')?.value;
    const once = written();
    patchEncoder(cheaper.Encoder);
    expect(written()).toBe(once);
    const other = { prototype: { ensureAvailable: () => undefined }, nextPowerOfTwo: () => 512 };
    expect(() => patchEncoder(other as unknown as EncoderClass)).toThrow('2.2.4');
  });
});
