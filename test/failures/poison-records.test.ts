/**
 * Records that cannot be stored, among the good ones of a load: unreadable values, a message in a conversation that is
 * not its own, one of a stranger to the group, and one that a constraint of the database refuses. The last is the only one
 * that might be good another time: it is tried again MAX_RETRY_VALUE times.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { ConfigResourceTypes, Kafka, logLevel, type Message } from 'kafkajs';
import { directConversationId } from '@chat-app/protocol';
import type { LogRecord } from '@chat-app/message-log';
import { eventually } from './testing/eventually';
import type { Load } from './testing/load';
import { readTopic, withDatabase } from './testing/stores';
import { describeFault, type Scene } from './testing/with-stack';

const MAX_RETRY_VALUE = 2;
/** Bytes of a value that fits Kafka's 1,048,588 with a key and two headers of its own, and not with those that say why. */
const LARGEST = 1_048_300;
const options = { overrides: { persistence: { MAX_RETRY_VALUE: String(MAX_RETRY_VALUE) } } };
const REDRIVE = resolve(__dirname, '..', '..', 'services', 'persistence', 'dist', 'redrive.js');

describeFault('when records that cannot be stored come among the others', options, (scene) => {
  it('dead-letters exactly those, with the reason, and stores their neighbours once', async () => {
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    const poison = poisonFor(load);
    await append(scene, poison);
    await load.more('positioned', 200);
    const dead = await eventually(async () => {
      const found = (await readTopic(scene.stack.backends, 'dead-messages')).filter(ofThisTest(poison));
      return found.length >= poison.length ? found : undefined;
    }, 'all poison is in dead-messages');
    expect(codesByName(dead)).toEqual({
      'bad JSON': 'unreadable',
      'no value': 'unreadable',
      'not UTF-8': 'unreadable',
      'U+0000': 'unreadable',
      'another conversation': 'wrong_conversation',
      stranger: 'not_a_member',
      'as large as Kafka takes': 'unreadable',
      'as large, not UTF-8': 'unreadable',
    });
    for (const { headers } of dead) {
      expect(headers).toMatchObject({
        'source-topic': 'messages',
        'source-offset': expect.stringMatching(/^\d+$/) as string,
      });
    }
    load.healed();
    const { broken } = await load.finish('poison-records');
    expect(broken).toEqual({});
  });

  it('archives a record that dead-messages does not take, whole and with the reason, and goes on', async () => {
    const load = await scene.load();
    load.start();
    await load.more('positioned', 50);
    await setLargestDeadMessage(scene, 1_000_000);
    const value = randomUUID().padEnd(LARGEST, 'x');
    try {
      await append(scene, [{ key: randomUUID(), value }]);
      const rows = await eventually(async () => {
        const found = await withDatabase(scene.stack.backends, (client) =>
          client.query<{ error_code: string; source_topic: string }>(
            'select error_code, source_topic from chat.dead_messages where value = $1',
            [Buffer.from(value)],
          ),
        );
        return found.rows.length > 0 ? found.rows : undefined;
      }, 'it is in the archive');
      expect(rows).toEqual([{ error_code: 'unreadable', source_topic: 'messages' }]);
      await load.more('positioned', 200);
    } finally {
      await setLargestDeadMessage(scene, 2_097_152);
    }
    load.healed();
    const { broken } = await load.finish('poison-too-large');
    expect(broken).toEqual({});
  });

  it('tries a message that a constraint refuses as often as configured, and brings it back on request', async () => {
    const { backends } = scene.stack;
    const load = await scene.load();
    load.start();
    await load.more('positioned', 50);
    await sql(
      scene,
      "alter table chat.messages add constraint no_poison check (content not like 'poison %') not valid",
    );
    let id: string;
    try {
      id = await load.say(0, `poison ${randomUUID()}`);
      await load.more('positioned', 100);
      const mine = (record: LogRecord): boolean => record.value?.includes(id) === true;
      const dead = await eventually(
        async () => (await readTopic(backends, 'dead-messages')).find(mine),
        'the refused message is in dead-messages',
      );
      expect(dead.headers).toMatchObject({ 'error-code': '23514', 'retry-count': String(MAX_RETRY_VALUE) });
      const tries = (await readTopic(backends, 'messages')).filter(mine).map(({ headers }) => headers['retry-count']);
      expect(tries).toEqual([undefined, ...Array.from({ length: MAX_RETRY_VALUE }, (_, retry) => String(retry + 1))]);
      await eventually(
        async () => ((await stored(scene, 'chat.dead_messages', 'message_id', id)) === 1 ? true : undefined),
        'it is in the archive',
      );
      expect(await stored(scene, 'chat.messages', 'id', id)).toBe(0);
    } finally {
      await sql(scene, 'alter table chat.messages drop constraint no_poison');
    }
    expect(await redrive(scene)).toMatchObject({ redriven: 1 });
    await eventually(
      async () => ((await stored(scene, 'chat.messages', 'id', id)) === 1 ? true : undefined),
      'it is stored',
    );
    load.healed();
    const { broken } = await load.finish('poison-constraint');
    expect(broken).toEqual({});
  });
});

type Poison = Message & { headers: { poison: string } };

/** One record of each kind; none of their contents was ever sent, so nobody may be shown them. */
function poisonFor(load: Load): Poison[] {
  const [one = '', other = '', , , , , , stranger = ''] = load.users;
  const message = (changes: object): string =>
    JSON.stringify({
      message_id: randomUUID(),
      conversation_id: directConversationId(one, other),
      sender_id: one,
      recipient_id: other,
      content: 'never sent',
      sent_at: new Date().toISOString(),
      ...changes,
    });
  const values: Record<string, string | Buffer | null> = {
    'bad JSON': '{"message_id":',
    'no value': null,
    'not UTF-8': Buffer.from([0xff, 0xfe, 0x00]),
    'U+0000': message({ content: 'a\u0000b' }),
    'another conversation': message({ conversation_id: directConversationId(one, stranger) }),
    'as large as Kafka takes': 'x'.repeat(LARGEST),
    'as large, not UTF-8': Buffer.alloc(LARGEST, 0xff),
    stranger: message({ conversation_id: load.group, sender_id: stranger, recipient_id: undefined }),
  };
  const run = randomUUID();
  return Object.entries(values).map(([poison, value]) => ({ key: randomUUID(), value, headers: { poison, run } }));
}

const ofThisTest =
  (poison: readonly Poison[]) =>
  (record: LogRecord): boolean =>
    record.headers['run'] === poison[0]?.headers['run' as 'poison'];

function codesByName(dead: readonly LogRecord[]): Record<string, string | undefined> {
  return Object.fromEntries(dead.map(({ headers }) => [headers['poison'] ?? '', headers['error-code']]));
}

async function append({ stack }: Scene, messages: Message[]): Promise<void> {
  const brokers = stack.backends.kafkaAddress.split(',');
  const producer = new Kafka({ brokers, clientId: 'poison', logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  try {
    // One by one: two of the large ones would not fit a batch.
    for (const message of messages) await producer.send({ topic: 'messages', acks: -1, messages: [message] });
  } finally {
    await producer.disconnect();
  }
}

/** Sets how large a record `dead-messages` takes. */
async function setLargestDeadMessage({ stack }: Scene, bytes: number): Promise<void> {
  const brokers = stack.backends.kafkaAddress.split(',');
  const admin = new Kafka({ brokers, clientId: 'poison', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: 'dead-messages', configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources }).finally(() => admin.disconnect());
}

function sql({ stack }: Scene, statement: string): Promise<unknown> {
  return withDatabase(stack.backends, (client) => client.query(statement));
}

function stored({ stack }: Scene, table: string, column: string, id: string): Promise<number> {
  return withDatabase(stack.backends, async (client) => {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${table} where ${column} = $1`, [id]);
    return Number(rows[0]?.count);
  });
}

/** The job, as its own process with the environment of a persistence pod. */
async function redrive({ stack }: Scene): Promise<unknown> {
  const { environment } = stack.pod('persistence', 0).process.options;
  const { stdout } = await promisify(execFile)(process.execPath, [REDRIVE, '--code', '23514'], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  const line = stdout.split('\n').find((text) => text.includes('"redriven"') && text.includes('dry_run'));
  return JSON.parse(line ?? '{}');
}
