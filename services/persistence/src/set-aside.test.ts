import * as fc from 'fast-check';
import { recordOf, TestBatch } from '../test/batches';
import type { BadRecord } from './decode-batch';
import { destinationOf, readCount, setAside } from './set-aside';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const bad = (headers: Record<string, string>, over: Partial<BadRecord> = {}): BadRecord => ({
  record: recordOf('value', { headers, offset: '9007199254740993' }),
  code: '23514',
  reason: 'refused',
  hopeless: false,
  ...over,
});

describe('setting bad messages aside', () => {
  it('tries again as often as it may, a little later each time, and then never', () => {
    for (const [retries, delayMs] of [100, 200, 400].entries()) {
      const destination = destinationOf(bad({ 'retry-count': String(retries) }), 3, NOW);
      expect(destination).toMatchObject({ to: 'retry', delayMs, record: { topic: 'messages', value: 'value' } });
      expect(destination.record.headers['retry-count']).toBe(String(retries + 1));
    }
    expect(destinationOf(bad({ 'retry-count': '3' }), 3, NOW)).toMatchObject({ to: 'dead', delayMs: 0 });
    expect(destinationOf(bad({}), 0, NOW).to).toBe('dead');
    expect(destinationOf(bad({}, { hopeless: true }), 3, NOW).to).toBe('dead');
  });

  it('keeps every header, and says why and whence', () => {
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
    await setAside(batch, [], 3);
    expect(batch.forwarded).toEqual([]);
  });
});
