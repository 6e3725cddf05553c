import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { directMessage, openDatabase, storeMessages } from '../../testing/embedded-context';
import { inspectStore } from './inspect-store';
import { parseInspectArguments } from './parse-inspect-arguments';

describe('inspecting what is stored', () => {
  const [alice, bob] = [randomUUID(), randomUUID()];
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  const ask = async (...args: string[]) =>
    JSON.parse(JSON.stringify(await inspectStore(database, parseInspectArguments(args)))) as object;
  const bury = (messageId: string, code: string) =>
    database.query(
      {
        name: 'test',
        text: `insert into chat.dead_messages (source_topic, source_partition, source_offset, redrive_count, key, value, headers,
          error_code, error, message_id, failed_at) values ('messages', 0, floor(random() * 1e9), 0, 'k', $3, '{}', $2, 'why', $1, now())`,
      },
      [messageId, code, Buffer.from('a secret')],
    );

  it('tells where a stored message stands in each inbox, without its content', async () => {
    const message = directMessage(alice, bob, 'a secret');
    await storeMessages(database, [directMessage(alice, bob), message]);
    const answer = await ask('message', message.message_id.toUpperCase());
    expect(answer).toMatchObject({
      state: 'stored',
      stored: { sender_id: alice, recipient_id: bob, content_bytes: 8 },
    });
    expect(answer).toMatchObject({
      stored: { positions: expect.arrayContaining([{ user_id: bob, seq: 2, confirmed_devices: 0 }]) as unknown },
    });
    expect(JSON.stringify(answer)).not.toContain('a secret');
    expect(JSON.stringify(await ask('message', message.message_id, '--content'))).toContain('a secret');
  });

  it('tells why a message is dead, and of one that was never seen what that may mean', async () => {
    const id = randomUUID();
    await bury(id, '23514');
    expect(await ask('message', id)).toMatchObject({
      state: 'dead',
      deaths: [{ error_code: '23514', error: 'why', value_bytes: 8 }],
    });
    expect(await ask('message', randomUUID())).toMatchObject({
      state: 'not_here',
      meaning: expect.stringContaining('lag') as unknown,
    });
  });

  it('counts dead messages by code, and lists the newest of one code without their values', async () => {
    await bury(randomUUID(), 'unreadable');
    const answer = await ask('dead', '--code', 'unreadable');
    expect(answer).toMatchObject({
      by_code: [
        { error_code: '23514', waiting: 1, redriven: 0 },
        { error_code: 'unreadable', waiting: 1 },
      ],
      newest: [{ error_code: 'unreadable' }],
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('tells of a conversation its members, of a user how far its devices are', async () => {
    const message = directMessage(alice, bob);
    await storeMessages(database, [message]);
    await database.query(
      { name: 'test', text: `insert into chat.cursors (user_id, device_id, received_seq) values ($1, 'phone', 2)` },
      [bob],
    );
    expect(await ask('conversation', message.conversation_id)).toMatchObject({
      found: true,
      kind: 'direct',
      member_count: 2,
      newest_message_id: message.message_id,
    });
    expect(await ask('user', bob)).toMatchObject({
      inbox_head: 3,
      devices: [{ device_id: 'phone', received_seq: 2, behind: 1 }],
    });
    expect(await ask('conversation', randomUUID())).toMatchObject({ found: false });
  });

  it('cannot change anything: the transaction it asks in is read only', async () => {
    const meddling: Database = {
      ...database,
      transaction: (work) =>
        database.transaction(async (transaction) => {
          const result = await work(transaction);
          await transaction.query({ name: 'test', text: 'delete from chat.messages' });
          return result;
        }),
    };
    await expect(inspectStore(meddling, parseInspectArguments(['dead']))).rejects.toMatchObject({
      details: { sqlstate: '25006' },
    });
    expect(await database.query({ name: 'test', text: 'select 1 from chat.messages limit 1' })).toHaveLength(1);
  });
});

describe('the arguments of inspect', () => {
  it('are refused with the usage where they are no question', () => {
    for (const args of [
      [],
      ['message'],
      ['message', 'x'],
      ['dead', randomUUID()],
      ['user', randomUUID(), 'y'],
      ['--all'],
      ['dead', '--limit', '0'],
    ]) {
      expect(() => parseInspectArguments(args)).toThrow(/inspect message ID/);
    }
  });
});
