import * as fc from 'fast-check';
import { PlatformError } from '@chat-app/platform';
import type { BatchHandler, LogRecord, OutgoingRecord } from '@chat-app/message-log';
import { recordOf, TestBatch } from '../../testing/batches';
import type { BadRecord } from './decode-batch';
import { destinationOf, readCount, deadLetter } from './dead-letter';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const bad = (headers: Record<string, string>, over: Partial<BadRecord> = {}): BadRecord => ({
  record: recordOf('value', { headers, offset: '9007199254740993' }),
  code: '23514',
  reason: 'refused',
  retryable: true,
  ...over,
});

describe('dead-lettering', () => {
  it('tries again as often as it may, a little later each time, and then never', () => {
    for (const [retries, delayMs] of [100, 200, 400].entries()) {
      const destination = destinationOf(bad({ 'retry-count': String(retries) }), 3, NOW);
      expect(destination).toMatchObject({ to: 'retry', record: { topic: 'messages', value: 'value' } });
      expect(destination.delayMs).toBeGreaterThanOrEqual(delayMs / 2);
      expect(destination.delayMs).toBeLessThanOrEqual(delayMs);
      expect(destination.record.headers['retry-count']).toBe(String(retries + 1));
    }
    expect(destinationOf(bad({ 'retry-count': '3' }), 3, NOW)).toMatchObject({ to: 'dead', delayMs: 0 });
    expect(destinationOf(bad({}), 0, NOW).to).toBe('dead');
    expect(destinationOf(bad({}, { retryable: false }), 3, NOW).to).toBe('dead');
  });

  it('keeps every header, and says the reason and the source', () => {
    const { record } = destinationOf(bad({ traceparent: 't', 'redrive-count': '2', 'retry-count': '3' }), 3, NOW);
    expect(record.headers).toEqual({
      traceparent: 't',
      'redrive-count': '2',
      'retry-count': '3',
      error: 'refused',
      'error-code': '23514',
      'failed-at': '2026-01-02T03:04:05.678Z',
      'source-topic': 'messages',
      'source-partition': '0',
      'source-offset': '9007199254740993',
    });
  });

  it('reads a counting header that holds no count as 0', () => {
    fc.assert(fc.property(fc.nat(999_999_999), (count) => readCount(String(count)).count === count));
    for (const header of ['', '-1', '1.5', 'NaN', '1e3', ' 1', '9999999999', 'null']) {
      expect(readCount(header)).toEqual({ count: 0, readable: false });
    }
    expect(readCount(undefined)).toEqual({ count: 0, readable: true });
  });

  it('forwards nothing where nothing is bad', async () => {
    const batch = new TestBatch([]);
    await deadLetter(batch, [], 3, async () => undefined);
    expect(batch.forwarded).toEqual([]);
  });

  describe('a record that the log finds too large', () => {
    /** A batch whose topics take records of so many headers. */
    class Narrow extends TestBatch {
      constructor(private readonly headers: Record<string, number>) {
        super([]);
      }
      override async forward(records: readonly OutgoingRecord[]): Promise<void> {
        for (const { topic, headers } of records) {
          if (Object.keys(headers).length <= (this.headers[topic] ?? Infinity)) continue;
          throw new PlatformError('log_record_too_large', `${topic} does not take it`);
        }
        await super.forward(records);
      }
    }
    const archived: LogRecord[] = [];
    const archive: BatchHandler = async ({ records }) => void archived.push(...records);
    beforeEach(() => archived.splice(0));

    it('goes to the dead messages where a retry does not fit, and its neighbours are tried again', async () => {
      const batch = new Narrow({ messages: 2 });
      const large = bad({ one: '1', two: '2' });
      const destinations = await deadLetter(batch, [bad({}), large], 3, archive);
      expect(destinations.map(({ to }) => to)).toEqual(['retry', 'dead']);
      expect(batch.forwarded.map(({ topic }) => topic).sort()).toEqual(['dead-messages', 'messages']);
      expect(batch.forwarded.find(({ topic }) => topic === 'dead-messages')?.headers).toMatchObject({
        one: '1',
        'error-code': '23514',
      });
      expect(archived).toEqual([]);
    });

    it('goes whole to the archive, with the reason, where it does not fit the dead messages either', async () => {
      const batch = new Narrow({ 'dead-messages': 0 });
      const [destination] = await deadLetter(batch, [bad({ one: '1' }, { retryable: false })], 3, archive);
      expect(destination).toMatchObject({ to: 'dead', archivedOnly: true });
      expect(batch.forwarded).toEqual([]);
      expect(archived).toEqual([
        expect.objectContaining({
          value: 'value',
          headers: expect.objectContaining({
            one: '1',
            'error-code': '23514',
            'source-topic': 'messages',
            'source-offset': '9007199254740993',
          }) as unknown,
        }),
      ]);
    });

    it('comes again with its batch where the archive cannot take it', async () => {
      const batch = new Narrow({ 'dead-messages': 0 });
      const refusing = deadLetter(batch, [bad({}, { retryable: false })], 3, async () => {
        throw new Error('the partition was taken away');
      });
      await expect(refusing).rejects.toThrow('the partition was taken away');
    });
  });
});
