import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { PlatformError } from '@chat-app/platform';
import type { LogRecord, MessageLog, OutgoingRecord, RecordBatch } from './message-log';

/** How the contract suite gets at an adapter. */
export interface ContractHost {
  /** A log of its own for each test; the suite closes it. Several logs of one host see the same records where `shared`. */
  create(): Promise<MessageLog> | MessageLog;
  /** Makes sure a topic exists. */
  topic(): Promise<string> | string;
  /** Largest record, in bytes. */
  maxRecordBytes: number;
  /** Whether `append` waits for the consumers (an embedded log) or for the log alone. */
  appendWaitsForConsumers: boolean;
}

/** Records that were seen, and a way to wait for more. */
class Seen extends EventEmitter {
  readonly batches: RecordBatch[] = [];
  get records(): LogRecord[] {
    return this.batches.flatMap(({ records }) => records);
  }
  /** Different values in the order in which each was first seen: a log may write an append twice before it resolves it. */
  get values(): (string | null)[] {
    return [...new Set(this.records.map(({ value }) => value))];
  }
  take(batch: RecordBatch): void {
    this.batches.push(batch);
    this.emit('batch');
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this, 'batch');
  }
}

const record = (topic: string, key: string, value: string, headers = {}): OutgoingRecord => ({
  topic,
  key,
  value,
  headers,
});

/** Texts that something on the way may take for something else. */
const AWKWARD_TEXTS: readonly string[] = [
  ...['', ' blank ', 'null', '\uFEFFbom', '\uFEFF', '\uFEFF\uFEFFtwice', 'in\uFEFFside\uFEFF', '\uFFFE\uFFFF\uFFFD'],
  ...['a\u0000b', '\u0001\u001F\u007F\u0080\u0085\u2028', 'line\nline\r\n\ttab', '\u200E\u202Eleft\u2066\u2069\u200D'],
  ...['e\u0301 \u00E9 \u212B \uFB01', 'שלום 日本語', '😀👩‍👩‍👧‍👦\u{10FFFF}'],
];

/** What every MessageLog promises. */
export function messageLogContract(host: ContractHost): void {
  const open: MessageLog[] = [];
  const create = async (): Promise<MessageLog> => {
    const log = await host.create();
    open.push(log);
    return log;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((log) => log.close()));
  });
  const group = (): { groupId: string; maxBatchRecords: number } => ({ groupId: randomUUID(), maxBatchRecords: 100 });

  it('hands over key, value, headers, offset and time as they were appended', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    const before = Date.now();
    log.subscribe({ topic, ...group() }, async (batch) => seen.take(batch));
    await log.append(record(topic, 'Schlüssel', 'Grüße \u{1F600}', { traceparent: '00-ab', 'retry-count': '2' }));
    await seen.until(() => seen.records.length >= 1);
    expect(seen.records[0]).toMatchObject({
      topic,
      key: 'Schlüssel',
      value: 'Grüße \u{1F600}',
      raw: null,
      headers: { traceparent: '00-ab', 'retry-count': '2' },
      offset: '0',
    });
    expect(seen.records[0]!.timestampMs).toBeGreaterThanOrEqual(before - 1_000);
    expect(seen.records[0]!.timestampMs).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('changes no text, however awkward, in key, value or header', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    log.subscribe({ topic, ...group() }, async (batch) => seen.take(batch));
    for (const text of AWKWARD_TEXTS) await log.append(record(topic, `key ${text}`, text, { header: text }));
    await log.append(record(topic, '\uFEFFkey', 'the last', {}));
    await seen.until(() => seen.values.length > AWKWARD_TEXTS.length);
    const seenOf = (text: string): LogRecord | undefined => seen.records.find(({ value }) => value === text);
    for (const text of AWKWARD_TEXTS) {
      expect(seenOf(text)).toMatchObject({ key: `key ${text}`, value: text, headers: { header: text } });
    }
    expect(seenOf('the last')).toMatchObject({ key: '\uFEFFkey' });
  });

  it('resolves an append on a topic that nobody reads', async () => {
    const log = await create();
    await expect(log.append(record(await host.topic(), 'k', 'v'))).resolves.toBeUndefined();
    expect(log.queued).toBe(0);
  });

  it('starts a new group at the oldest record', async () => {
    const log = await create();
    const topic = await host.topic();
    await log.append(record(topic, 'k', 'before'));
    const seen = new Seen();
    const subscription = log.subscribe({ topic, ...group() }, async (batch) => seen.take(batch));
    await subscription.ready;
    await log.append(record(topic, 'k', 'after'));
    await seen.until(() => seen.values.length >= 2);
    expect(seen.values).toEqual(['before', 'after']);
  });

  it('keeps the order of each key under many appends in flight, and one key on one partition', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    log.subscribe({ topic, ...group() }, async (batch) => seen.take(batch));
    const appends = Array.from({ length: 600 }, (_, n) => log.append(record(topic, `key-${n % 7}`, String(n))));
    await Promise.all(appends);
    await seen.until(() => seen.values.length >= 600);
    for (let key = 0; key < 7; key += 1) {
      const ofKey = seen.records.filter((entry) => entry.key === `key-${key}`);
      const numbers = [...new Set(ofKey.map(({ value }) => Number(value)))];
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
    }
    expect(seen.values).toHaveLength(600);
  });

  it('writes nothing of an order after an append of it that failed', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    log.subscribe({ topic, ...group() }, async (batch) => seen.take(batch));
    const order = { failed: false };
    const first = log.append(record(topic, 'k', 'first'), order);
    const tooLarge = log.append(record(topic, 'k', 'x'.repeat(host.maxRecordBytes + 1)), order);
    const follower = log.append(record(topic, 'k', 'follower'), order);
    await Promise.all([
      first,
      expect(tooLarge).rejects.toMatchObject({ code: 'log_record_too_large' }),
      expect(follower).rejects.toMatchObject({ code: 'log_unavailable' }),
    ]);
    await log.append(record(topic, 'k', 'another'), { failed: false });
    await seen.until(() => seen.values.includes('another'));
    expect(seen.values).toEqual(['first', 'another']);
  });

  it('hands out batches of one partition, in offset order, no larger than asked for, several records where they wait', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    await Promise.all(
      Array.from({ length: host.appendWaitsForConsumers ? 0 : 100 }, (_, n) => log.append(record(topic, 'k', `${n}`))),
    );
    log.subscribe({ topic, groupId: randomUUID(), maxBatchRecords: 30 }, async (batch) => seen.take(batch));
    if (host.appendWaitsForConsumers) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(record(topic, 'k', `${n}`))));
    }
    await seen.until(() => seen.values.length >= 100);
    for (const { records, partition } of seen.batches) {
      expect(records.length).toBeLessThanOrEqual(30);
      expect(records.every((entry) => entry.partition === partition)).toBe(true);
      const offsets = records.map(({ offset }) => BigInt(offset));
      offsets.slice(1).forEach((offset, index) => expect(offset).toBeGreaterThan(offsets[index]!));
    }
    expect(seen.batches.length).toBeLessThan(50);
  });

  it('hands every group every record', async () => {
    const log = await create();
    const topic = await host.topic();
    const [one, two] = [new Seen(), new Seen()];
    log.subscribe({ topic, ...group() }, async (batch) => one.take(batch));
    log.subscribe({ topic, ...group() }, async (batch) => two.take(batch));
    await Promise.all(Array.from({ length: 20 }, (_, n) => log.append(record(topic, `${n}`, `${n}`))));
    await Promise.all([one.until(() => one.values.length >= 20), two.until(() => two.values.length >= 20)]);
    expect([...one.values].sort()).toEqual([...two.values].sort());
  });

  it('hands a rejected batch over again, before anything behind it, after a backoff', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    let failures = 2;
    log.subscribe({ topic, ...group() }, async (batch) => {
      seen.take(batch);
      if (failures-- > 0) throw new TypeError('not now');
    });
    await log.append(record(topic, 'k', 'first'));
    await log.append(record(topic, 'k', 'second'));
    await seen.until(() => seen.batches.length >= 3 && seen.values.includes('second'));
    // A log that does not wait for consumers may hand over both at once: then both come again.
    const [one, two, three] = seen.batches.map(({ records }) => records.map(({ offset }) => offset));
    expect(seen.values[0]).toBe('first');
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it('survives handlers that throw what kafkajs treats as fatal, synchronously too', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    let failures = 1;
    log.subscribe({ topic, ...group() }, (batch) => {
      seen.take(batch);
      if (failures-- > 0) throw new RangeError('synchronous');
      return Promise.resolve();
    });
    await log.append(record(topic, 'k', 'value'));
    await seen.until(() => seen.batches.length >= 2);
    expect(seen.batches[1]?.records).toEqual(seen.batches[0]?.records);
  });

  it('appends what a handler forwards, to its own topic too, without deadlock', async () => {
    const log = await create();
    const topic = await host.topic();
    const dead = await host.topic();
    const [seen, buried] = [new Seen(), new Seen()];
    log.subscribe({ topic, ...group() }, async (batch) => {
      // Before anything is forwarded: what is forwarded may be handled before this handler ends.
      seen.take(batch);
      for (const { key, value, headers } of batch.records) {
        const tries = Number(headers['tries'] ?? 0);
        const next = tries < 3 ? topic : dead;
        await batch.forward([record(next, key ?? '', value ?? '', { tries: String(tries + 1) })]);
      }
    });
    log.subscribe({ topic: dead, ...group() }, async (batch) => buried.take(batch));
    await log.append(record(topic, 'k', 'poison'));
    if (host.appendWaitsForConsumers) expect(buried.records).toHaveLength(1);
    await buried.until(() => buried.records.length >= 1);
    expect(seen.records.map(({ headers }) => headers['tries'])).toEqual([undefined, '1', '2', '3']);
    expect(buried.records[0]!.headers['tries']).toBe('4');
  });

  it('goes on where the group stood when a member leaves and another comes', async () => {
    const log = await create();
    const topic = await host.topic();
    const options = { topic, ...group() };
    const [first, second] = [new Seen(), new Seen()];
    const subscription = log.subscribe(options, async (batch) => first.take(batch));
    await log.append(record(topic, 'k', 'one'));
    await first.until(() => first.records.length >= 1);
    await subscription.close();
    await log.append(record(topic, 'k', 'two'));
    log.subscribe(options, async (batch) => second.take(batch));
    await second.until(() => second.values.includes('two'));
    expect(first.values).toEqual(['one']);
    expect(second.values).toEqual(['two']);
  });

  it('closes a subscription after the batch in flight, aborting its signal', async () => {
    const log = await create();
    const topic = await host.topic();
    const seen = new Seen();
    let finished = false;
    const subscription = log.subscribe({ topic, ...group() }, async (batch) => {
      seen.take(batch);
      await new Promise((resolve) => batch.signal.addEventListener('abort', resolve, { once: true }));
      finished = true;
    });
    const append = log.append(record(topic, 'k', 'v'));
    await seen.until(() => seen.batches.length >= 1);
    expect(finished).toBe(false);
    await subscription.close();
    expect(finished).toBe(true);
    await append;
  });

  it('refuses a record that is too large, and takes one that is just below', async () => {
    const log = await create();
    const topic = await host.topic();
    await expect(log.append(record(topic, 'k', 'x'.repeat(host.maxRecordBytes)))).rejects.toMatchObject({
      name: 'PlatformError',
      code: 'log_record_too_large',
      retryable: false,
    });
    await log.append(record(topic, 'k', 'x'.repeat(host.maxRecordBytes - 1_000)));
  });

  it('writes out what is queued when it is closed, and refuses what comes after', async () => {
    const log = await create();
    const topic = await host.topic();
    const appends = Array.from({ length: 50 }, (_, n) => log.append(record(topic, `${n}`, `${n}`)));
    const closed = log.close();
    expect(log.close()).toBe(closed);
    await closed;
    await Promise.all(appends);
    await expect(log.append(record(topic, 'k', 'late'))).rejects.toMatchObject({ code: 'log_closed' });
    expect(() => log.subscribe({ topic, ...group() }, async () => undefined)).toThrow(PlatformError);
  });
}
