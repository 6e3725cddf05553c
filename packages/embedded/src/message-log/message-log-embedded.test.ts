import { randomUUID } from 'node:crypto';
import { Metrics, silentLogger } from '@chat-app/platform';
import type { BatchHandler, MessageLog } from '@chat-app/message-log';
import { createEmbeddedMessageLog, type EmbeddedMessageLogOptions } from './message-log-embedded';
import { messageLogContract } from '@chat-app/message-log/contract';

const BACKOFF = { firstMs: 2, maxMs: 10 };

describe('embedded message log: contract', () => {
  messageLogContract({
    create: () => createEmbeddedMessageLog({ logger: silentLogger, maxRecordBytes: 100_000, backoff: BACKOFF }),
    topic: () => randomUUID(),
    maxRecordBytes: 100_000,
    appendWaitsForConsumers: true,
  });
});

describe('embedded message log', () => {
  let log: MessageLog;
  const make = (options: Partial<EmbeddedMessageLogOptions> = {}): MessageLog =>
    (log = createEmbeddedMessageLog({ logger: silentLogger, backoff: BACKOFF, ...options }));
  afterEach(() => log.close());

  const topic = 'messages';
  const entry = (value: string, key = 'k') => ({ topic, key, value, headers: {} });
  const subscribe = (handler: BatchHandler, groupId = 'group', maxBatchRecords = 100) =>
    log.subscribe({ topic, groupId, maxBatchRecords }, handler);

  it('resolves an append only after every group has handled the record', async () => {
    make();
    const steps: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    subscribe(async () => void steps.push('fast'), 'fast');
    subscribe(async () => {
      await gate;
      steps.push('slow');
    }, 'slow');
    const append = log.append(entry('v')).then(() => steps.push('resolved'));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(steps).toEqual(['fast']);
    expect(log.queued).toBe(1);
    release();
    await append;
    expect(steps).toEqual(['fast', 'slow', 'resolved']);
    expect(log.queued).toBe(0);
  });

  it('puts what is appended together into one batch', async () => {
    make();
    const sizes: number[] = [];
    subscribe(async ({ records }) => void sizes.push(records.length), 'group', 100);
    await Promise.all(Array.from({ length: 250 }, (_, n) => log.append(entry(`${n}`))));
    expect(sizes).toEqual([100, 100, 50]);
  });

  it('refuses appends above its bound, by records and by bytes, and takes them again afterwards', async () => {
    make({ maxQueuedRecords: 3, maxQueuedBytes: 2_000 });
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    subscribe(async (batch) => {
      await gate;
      // A full queue does not stop a handler from forwarding.
      if (batch.records[0]?.value === '1') await batch.forward([{ ...entry('f'), topic: 'other' }]);
    });
    const kept = ['1', '2', '3'].map((value) => log.append(entry(value)));
    await expect(log.append(entry('4'))).rejects.toMatchObject({ code: 'log_overloaded', retryable: true });
    release();
    await Promise.all(kept);
    await expect(log.append(entry('x'.repeat(2_000)))).rejects.toMatchObject({ code: 'log_overloaded' });
    await log.append(entry('5'));
  });

  it('rejects an append that is not handled in time, yet has it handled later', async () => {
    make({ appendTimeoutMs: 30 });
    const handled: (string | null)[] = [];
    let broken = true;
    const done = new Promise<void>((resolve) =>
      subscribe(async ({ records }) => {
        if (broken) throw new Error('database is unavailable');
        handled.push(...records.map(({ value }) => value));
        resolve();
      }),
    );
    await expect(log.append(entry('v'))).rejects.toMatchObject({ code: 'log_unavailable', retryable: true });
    broken = false;
    await done;
    expect(handled).toEqual(['v']);
  });

  it('rejects what waits when the last member of the group leaves', async () => {
    make();
    const started = new Promise<void>((resolve) => {
      const member = subscribe(async ({ signal }) => {
        resolve();
        await new Promise((abort) => signal.addEventListener('abort', abort));
        throw new Error('gave up');
      });
      setImmediate(() => setImmediate(() => void member.close()));
    });
    const append = log.append(entry('v'));
    await started;
    await expect(append).rejects.toMatchObject({ code: 'log_unavailable' });
  });

  it('shares the partitions among the members of a group', async () => {
    make();
    const seen: [string[], string[]] = [[], []];
    subscribe(async ({ records }) => void seen[0].push(...records.map(({ value }) => value ?? '')));
    subscribe(async ({ records }) => void seen[1].push(...records.map(({ value }) => value ?? '')));
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(entry(`${n}`, `key-${n}`))));
    expect(seen[0].length).toBeGreaterThan(0);
    expect(seen[1].length).toBeGreaterThan(0);
    expect(new Set(seen.flat()).size).toBe(100);
    expect(seen.flat()).toHaveLength(100);
  });

  it('retains a bounded number of records of a topic without consumers', async () => {
    make({ retainRecords: 100, partitions: 1 });
    for (let n = 0; n < 1_000; n += 1) await log.append(entry(`${n}`));
    const values: number[] = [];
    await new Promise<void>((resolve) =>
      subscribe(async ({ records }) => {
        values.push(...records.map(({ value }) => Number(value)));
        if (values.at(-1) === 999) resolve();
      }),
    );
    expect(values.length).toBeGreaterThanOrEqual(100);
    expect(values.length).toBeLessThanOrEqual(125);
    expect(values[0]).toBe(1_000 - values.length);
  });

  it('measures appends, failures and handled records', async () => {
    const metrics = new Metrics('test');
    make({ metrics, maxRecordBytes: 1_000 });
    subscribe(async () => undefined);
    await log.append(entry('v'));
    await expect(log.append(entry('x'.repeat(1_000)))).rejects.toMatchObject({ code: 'log_record_too_large' });
    const { body } = await metrics.expose();
    expect(body).toMatch(/chat_log_append_duration_seconds_count\{[^}]*topic="messages"[^}]*\} 1/);
    expect(body).toMatch(/chat_log_append_failures_total\{[^}]*code="log_record_too_large"[^}]*\} 1/);
    expect(body).toMatch(/chat_log_consumed_records_total\{[^}]*topic="messages"[^}]*\} 1/);
  });
});
