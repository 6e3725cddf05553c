import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { MessageLog, OutgoingRecord } from '@chat-app/message-log';
import { Metrics, parseConfiguration, PlatformError, silentLogger } from '@chat-app/platform';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { createEmbeddedMessageLog } from '@chat-app/embedded/message-log';
import { MESSAGES_TOPIC, type ChatMessage } from '@chat-app/protocol';
import { recordOf, TestBatch } from '../../testing/batches';
import { contextOn, directMessage, openDatabase } from '../../testing/embedded-context';
import { inspectStore } from '../tools/inspect-store';
import { archiveDeadMessages } from './archive-dead-messages';
import { persistenceVariables } from '../configuration';
import { createPersistence, type Persistence } from '../create-persistence';
import { redriveMessages, type RedriveOptions } from './redrive-messages';

const OPTIONS: RedriveOptions = { limit: 1_000, dryRun: false, force: false };

describe('dead messages, from refusal to redrive', () => {
  let database: Database;
  let log: MessageLog;
  let persistence: Persistence;
  const fanout = createEmbeddedFanout();
  beforeAll(async () => {
    database = await openDatabase();
    log = createEmbeddedMessageLog({ logger: silentLogger });
    persistence = createPersistence({
      ...contextOn(database, fanout),
      log,
      metrics: new Metrics('persistence'),
      configuration: parseConfiguration({ MAX_RETRY_VALUE: '1' }, persistenceVariables),
    });
    await persistence.start();
  }, 60_000);
  afterAll(async () => {
    await persistence.drain();
    await log.close();
    await fanout.close();
    await database.close();
  });

  const run = (text: string) => database.query({ name: 'test', text });
  const refusePoison = () =>
    run("alter table chat.messages add constraint no_poison check (content <> 'poison') not valid");
  const allowPoison = () => run('alter table chat.messages drop constraint no_poison');
  const append = (message: ChatMessage, headers = {}) => {
    const { conversation_id: key } = message;
    return log.append({ topic: MESSAGES_TOPIC, key, value: JSON.stringify(message), headers });
  };
  const archived = (message: ChatMessage) =>
    database.query<{ error_code: string; headers: object; redrive_count: number; redriven_at: Date | null }>(
      {
        name: 'archived',
        text: 'select error_code, headers, redrive_count, redriven_at from chat.dead_messages where message_id = $1 order by id',
      },
      [message.message_id],
    );
  const isStored = async ({ message_id }: ChatMessage) =>
    (await database.query({ name: 'one', text: 'select 1 from chat.messages where id = $1' }, [message_id])).length ===
    1;
  const redrive = (over: Partial<RedriveOptions> = {}) =>
    redriveMessages({ database, log, logger: silentLogger }, { ...OPTIONS, ...over });

  it('leaves what the log finds too large where it is, and brings back the others', async () => {
    await refusePoison();
    const [large, other] = [0, 1].map(() => directMessage(randomUUID(), randomUUID(), 'poison')) as [
      ChatMessage,
      ChatMessage,
    ];
    await append(large);
    await append(other);
    await allowPoison();
    const narrow = {
      append: (record: OutgoingRecord) =>
        record.value.includes(large.message_id)
          ? Promise.reject(new PlatformError('log_record_too_large', 'too large'))
          : log.append(record),
    } as unknown as MessageLog;
    const counts = await redriveMessages({ database, log: narrow, logger: silentLogger }, OPTIONS);
    expect(counts).toMatchObject({ redriven: 1, unsendable: 1 });
    expect([await isStored(large), await isStored(other)]).toEqual([false, true]);
    expect(await redrive()).toMatchObject({ redriven: 1, unsendable: 0 });
    expect(await isStored(large)).toBe(true);
  });

  it('archives what the database refuses and brings it back once the cause is gone', async () => {
    await refusePoison();
    const poison = directMessage(randomUUID(), randomUUID(), 'poison');
    await append(poison, { traceparent: 'trace' });
    expect(await isStored(poison)).toBe(false);
    expect(await archived(poison)).toEqual([
      {
        error_code: '23514',
        redrive_count: 0,
        redriven_at: null,
        headers: expect.objectContaining({ traceparent: 'trace', 'retry-count': '1', 'error-code': '23514' }) as object,
      },
    ]);

    const only = { conversationId: poison.conversation_id };
    expect(await redrive({ ...only, dryRun: true })).toEqual({ redriven: 1, exhausted: 0, unsendable: 0 });
    expect(await redrive({ ...only, code: 'unreadable' })).toMatchObject({ redriven: 0 });
    expect(await redrive({ ...only, since: new Date(Date.now() + 60_000) })).toMatchObject({ redriven: 0 });

    await allowPoison();
    expect(await redrive(only)).toEqual({ redriven: 1, exhausted: 0, unsendable: 0 });
    expect(await isStored(poison)).toBe(true);
    expect(await redrive(only)).toMatchObject({ redriven: 0 });
    expect((await archived(poison))[0]!.redriven_at).toBeInstanceOf(Date);
  });

  it('moves a message back three times, and no more unless forced', async () => {
    await refusePoison();
    const poison = directMessage(randomUUID(), randomUUID(), 'poison');
    const only = { conversationId: poison.conversation_id };
    await append(poison);
    for (let turn = 0; turn < 3; turn += 1) expect(await redrive(only)).toMatchObject({ redriven: 1 });
    expect(await redrive(only)).toEqual({ redriven: 0, exhausted: 1, unsendable: 0 });
    expect((await archived(poison)).map(({ redrive_count }) => redrive_count)).toEqual([0, 1, 2, 3]);
    await allowPoison();
    expect(await redrive({ ...only, force: true })).toMatchObject({ redriven: 1 });
    expect(await isStored(poison)).toBe(true);
  });

  it('moves no more than it is told to', async () => {
    await refusePoison();
    const messages = Array.from({ length: 3 }, () => directMessage(randomUUID(), randomUUID(), 'poison'));
    await Promise.all(messages.map((message) => append(message)));
    await allowPoison();
    expect(await redrive({ limit: 2 })).toMatchObject({ redriven: 2 });
    expect((await Promise.all(messages.map(isStored))).filter(Boolean)).toHaveLength(2);
    expect(await redrive()).toMatchObject({ redriven: 1 });
  });

  it('archives a record once, however often it comes, and any record at all', async () => {
    const archive = archiveDeadMessages(contextOn(database));
    const message = directMessage(randomUUID(), randomUUID());
    const headers = {
      error: 'e',
      'error-code': '22008',
      'source-topic': 't',
      'source-partition': '1',
      'source-offset': '7',
    };
    const record = recordOf(JSON.stringify(message), { headers });
    await archive(new TestBatch([record, { ...record, offset: '999' }]));
    await archive(new TestBatch([record]));
    expect(await archived(message)).toHaveLength(1);

    const wave = { event_id: randomUUID(), conversation_id: message.conversation_id, kind: 'x-of-tomorrow' };
    await archive(new TestBatch([recordOf(JSON.stringify(wave), { headers: { kind: wave.kind } })]));
    const found = await inspectStore(database, { about: 'message', id: wave.event_id, content: false });
    expect(found).toMatchObject({ state: 'dead', deaths: [{ conversation_id: wave.conversation_id }] });

    const strange = [
      recordOf(null, { topic: 'strange', key: null, headers: { 'nul\u0000': '\u0000\ud800', 'source-offset': 'x' } }),
      recordOf(null, { raw: Uint8Array.from([0xff, 0]), topic: 'strange' }),
      recordOf('//4=', { topic: 'strange', headers: { 'value-encoding': 'base64', 'error-code': 'unreadable' } }),
    ];
    await archive(new TestBatch(strange));
    const text = "select value from chat.dead_messages where source_offset = $1 and source_topic = 'strange'";
    const values = await Promise.all(
      strange.map(({ offset }) => database.query<{ value: Uint8Array }>({ name: 'v', text }, [offset])),
    );
    expect(values.map(([row]) => [...row!.value])).toEqual([[], [0xff, 0], [0xff, 0xfe]]);
    expect((await redrive()).unsendable).toBe(1);
  });
});
