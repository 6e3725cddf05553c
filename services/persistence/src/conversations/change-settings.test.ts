import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import { ChangeSettingsRequest, userChannel, type ConversationResponse, type InboxPage } from '@chat-app/protocol';
import {
  ask,
  contextOn,
  delivered,
  directMessage,
  listen,
  openDatabase,
  storeAll,
} from '../../testing/embedded-context';
import { internalRoutes, publicRoutes } from '../routes';

describe('settings of a conversation', () => {
  let database: Database;
  const fanout = createEmbeddedFanout();
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database, fanout);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterAll(() => database.close());

  const change = async (caller: string, conversation_id: string, body: object) =>
    (
      await ask(routes, 'PATCH /conversations/{conversation_id}/settings', {
        caller,
        params: { conversation_id },
        body,
      })
    ).body;
  const settingsOf = async (caller: string, conversation_id: string) => {
    const question = { caller, params: { conversation_id } };
    return (await ask<ConversationResponse>(routes, 'GET /conversations/{conversation_id}', question)).body.settings;
  };
  const entriesOf = async (user_id: string) => {
    const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after: 0 } });
    const frames = body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
    return frames.filter(({ type }) => type === 'settings');
  };
  const begin = async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    await storeAll(database, [message]);
    return { ann, bob, conversation: message.conversation_id };
  };

  it('are those of one user: an entry of their inbox alone, told on their own channel', async () => {
    const { ann, bob, conversation } = await begin();
    const received = await listen(fanout, [userChannel(ann), userChannel(bob)]);
    expect(await change(bob, conversation, { receipts: 'off' })).toEqual({ receipts: 'off' });
    await delivered();
    expect(await entriesOf(bob)).toMatchObject([
      { type: 'settings', seq: 2, conversation_id: conversation, user_id: bob, actor_id: bob, receipts: 'off' },
    ]);
    expect(await entriesOf(ann)).toEqual([]);
    expect(new Set(received.map(({ channel }) => channel))).toEqual(new Set([userChannel(bob)]));
    expect([await settingsOf(ann, conversation), await settingsOf(bob, conversation)]).toEqual([
      { receipts: 'on' },
      { receipts: 'off' },
    ]);
  });

  it('say until when it is muted, on every device, and no more once that time is over or it was taken back', async () => {
    const { ann, bob, conversation } = await begin();
    const muted_until = new Date(Date.now() + 3_600_000).toISOString();
    expect(await change(bob, conversation, { muted_until })).toEqual({ receipts: 'on', muted_until });
    expect([await settingsOf(bob, conversation), await settingsOf(ann, conversation)]).toEqual([
      { receipts: 'on', muted_until },
      { receipts: 'on' },
    ]);
    expect(await change(bob, conversation, { muted_until: null })).toEqual({ receipts: 'on' });
    expect(await change(bob, conversation, { muted_until: '2020-01-02T03:04:05.678Z' })).toEqual({ receipts: 'on' });
    expect((await entriesOf(bob)).map((entry) => entry['muted_until'])).toEqual([
      muted_until,
      null,
      '2020-01-02T03:04:05.678Z',
    ]);
  });

  it('that are so already are no entry', async () => {
    const { bob, conversation } = await begin();
    for (const receipts of ['off', 'off', 'on']) await change(bob, conversation, { receipts });
    expect((await entriesOf(bob)).map(({ receipts }) => receipts)).toEqual(['off', 'on']);
    expect(await settingsOf(bob, conversation)).toEqual({ receipts: 'on' });
  });

  it('are for members alone, and a change names one that there is', async () => {
    const { conversation } = await begin();
    await expect(change(randomUUID(), conversation, { receipts: 'off' })).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
    for (const body of [{}, { receipts: 'maybe' }, { colour: 'blue' }]) {
      expect(ChangeSettingsRequest.safeParse(body).success).toBe(false);
    }
  });
});
