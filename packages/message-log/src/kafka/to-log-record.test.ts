import type { KafkaMessage } from './kafka-clients';
import { toLogRecord } from './to-log-record';

const message = (more: object): KafkaMessage =>
  ({
    key: null,
    value: null,
    offset: '9007199254740993',
    timestamp: '1700000000123',
    headers: {},
    ...more,
  }) as KafkaMessage;

describe('record from Kafka', () => {
  it('keeps offsets beyond 2^53 and times in milliseconds', () => {
    expect(toLogRecord('t', 2, message({ key: Buffer.from('k') }))).toMatchObject({
      topic: 't',
      partition: 2,
      offset: '9007199254740993',
      key: 'k',
      timestampMs: 1_700_000_000_123,
    });
  });

  it('has neither value nor bytes for a tombstone', () => {
    expect(toLogRecord('t', 0, message({}))).toMatchObject({ key: null, value: null, raw: null });
  });

  it('has the bytes, untouched, of a value that is not UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3]);
    expect(toLogRecord('t', 0, message({ value: bytes }))).toMatchObject({ value: null, raw: bytes });
    expect(toLogRecord('t', 0, message({ value: Buffer.from('ß') }))).toMatchObject({ value: 'ß', raw: null });
  });

  it('takes the last value of a repeated header and leaves out a null one', () => {
    const headers = {
      'retry-count': [Buffer.from('1'), Buffer.from('2')],
      tp: Buffer.from('x'),
      none: undefined,
      nil: null,
    };
    expect(toLogRecord('t', 0, message({ headers })).headers).toEqual({ 'retry-count': '2', tp: 'x' });
    expect(toLogRecord('t', 0, message({ headers: undefined })).headers).toEqual({});
  });
});
