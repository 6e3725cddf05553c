import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Fanout } from '@chat-app/fanout';
import { PlatformError } from '@chat-app/platform';
import { conversationChannel, userChannel, type ChatMessage } from '@chat-app/protocol';
import { recordFor } from '../../testing/batches';
import {
  contextOn,
  delivered,
  directMessage,
  groupMessage,
  listen,
  openDatabase,
} from '../../testing/embedded-context';
import { insertGroup } from '../conversations/sql/create-group';
import { decodeBatch } from './decode-batch';
import { projectionOf } from './projections';
import { storePart, type StoredPart } from './store-part';

describe('a part of a batch that is stored', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  const store = (fanout: Fanout, messages: readonly ChatMessage[]): Promise<StoredPart> =>
    storePart(contextOn(database, fanout), decodeBatch(messages.map((message) => recordFor(message))).incoming);

  it('is announced on the channels of those concerned', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = randomUUID();
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [bob] });
    const fanout = createEmbeddedFanout();
    const received = await listen(fanout, [userChannel(ann), userChannel(bob), conversationChannel(group)]);
    const messages = [directMessage(ann, bob), groupMessage(bob, group), directMessage(bob, ann)];
    expect(await store(fanout, messages)).toMatchObject({ bad: [], stored: 3, entries: 6 });
    await delivered();

    const [first, second, third] = messages.map((message) => message.message_id);
    const notices = Object.fromEntries(received.map(({ channel, text }) => [channel, JSON.parse(text) as unknown]));
    expect(received).toHaveLength(3);
    expect(notices).toMatchObject({
      [userChannel(ann)]: { kind: 'stored', event_ids: [first, third], positions: { [ann]: [1, 3] } },
      [userChannel(bob)]: { kind: 'stored', event_ids: [first, third], positions: { [bob]: [1, 3] } },
      [conversationChannel(group)]: { kind: 'stored', event_ids: [second], positions: { [ann]: [2], [bob]: [2] } },
    });
    await fanout.close();
  });

  it('is projected onto its rows once, for storing, counting and announcing alike', async () => {
    const toRow = jest.spyOn(projectionOf('message'), 'toRow');
    const fanout = createEmbeddedFanout();
    const messages = [directMessage(randomUUID(), randomUUID()), directMessage(randomUUID(), randomUUID())];
    expect(await store(fanout, messages)).toMatchObject({ stored: 2 });
    expect(toRow).toHaveBeenCalledTimes(2);
    toRow.mockRestore();
    await fanout.close();
  });

  it('is announced again when it is redelivered, at the same positions', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const fanout = createEmbeddedFanout();
    const received = await listen(fanout, [userChannel(bob)]);
    const messages = [directMessage(ann, bob)];
    expect(await store(fanout, messages)).toMatchObject({ stored: 1, entries: 2 });
    expect(await store(fanout, messages)).toEqual({ bad: [], stored: 0, entries: 0 });
    await delivered();
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(received[0]);
    await fanout.close();
  });

  it('is stored although the fan-out is unavailable', async () => {
    const fanout = createEmbeddedFanout();
    jest.spyOn(fanout, 'publish').mockRejectedValue(new PlatformError('fanout_unavailable', 'unavailable'));
    expect(await store(fanout, [directMessage(randomUUID(), randomUUID())])).toMatchObject({ stored: 1 });
    await fanout.close();
  });

  it('leaves out a message of somebody who is not a member, with the reason', async () => {
    const [ann, eve, group] = [randomUUID(), randomUUID(), randomUUID()];
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [] });
    const fanout = createEmbeddedFanout();
    const { bad, stored } = await store(fanout, [groupMessage(eve, group), groupMessage(ann, group)]);
    expect(bad).toMatchObject([{ code: 'not_a_member', retryable: false }]);
    expect(stored).toBe(1);
    await fanout.close();
  });
});
