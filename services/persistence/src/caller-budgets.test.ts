import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import type { ConversationResponse, OpenConnectionResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, openDatabase, SETTINGS, storeAll } from '../testing/embedded-context';
import type { PersistenceSettings } from './configuration';
import { internalRoutes, publicRoutes } from './routes';

const MEMBER = 'PUT /conversations/{conversation_id}/members/{user_id}';

describe('what a user may ask for', () => {
  let database: Database;
  const fanout = createEmbeddedFanout();
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(async () => {
    await fanout.close();
    await database.close();
  });

  const routesWith = (settings: Partial<PersistenceSettings>): readonly Route[] => {
    const context = contextOn(database, fanout, [], { ...SETTINGS, ...settings });
    return [...publicRoutes(context), ...internalRoutes(context)];
  };
  const create = (routes: readonly Route[], caller: string, ...member_ids: string[]) =>
    ask<ConversationResponse>(routes, 'POST /conversations', { caller, body: { title: 'group', member_ids } });

  it('is so many calls, whichever they are; then 429 with the time to wait; and nobody else is concerned', async () => {
    const routes = routesWith({ callsPerSecond: 1, callsBurst: 3 });
    const [me, bob] = [randomUUID(), randomUUID()];
    const list = (caller: string) => ask(routes, 'GET /conversations', { caller });
    for (let n = 0; n < 3; n += 1) await list(me);
    await expect(create(routes, me)).rejects.toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
    const refused = await list(me).catch((error: unknown) => error as { retryAfterMs: number });
    expect((refused as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
    expect((await list(bob)).status).toBe(200);
  });

  it('is so many entries in inboxes of others, however few calls they take', async () => {
    const routes = routesWith({ rowsPerMinute: 30 });
    const me = randomUUID();
    const others = Array.from({ length: 9 }, () => randomUUID());
    const group = (await create(routes, me, ...others)).body.conversation_id;
    const rename = () =>
      ask(routes, 'PATCH /conversations/{conversation_id}', {
        caller: me,
        params: { conversation_id: group },
        body: { title: 'other' },
      });
    for (let n = 0; n < 2; n += 1) await rename();
    await expect(rename()).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(create(routes, me, ...others)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('is a few groups with the same stranger: 900 of them do not hide what friends wrote', async () => {
    const routes = routesWith({ invitationsPerHour: 10 });
    const [stranger, victim, friend] = [randomUUID(), randomUUID(), randomUUID()];
    await storeAll(
      database,
      Array.from({ length: 400 }, () => directMessage(friend, victim)),
    );
    let made = 0;
    const own = (await create(routes, stranger)).body.conversation_id;
    for (let n = 0; n < 450; n += 1) {
      made += await create(routes, stranger, victim).then(
        () => 1,
        () => 0,
      );
      const params = { conversation_id: own, user_id: victim };
      made += await ask(routes, MEMBER, { caller: stranger, params }).then(
        () => 1,
        () => 0,
      );
      await ask(routes, MEMBER.replace('PUT', 'DELETE'), { caller: stranger, params }).catch(() => undefined);
    }
    expect(made).toBe(10);
    const { body } = await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', {
      body: { user_id: victim, device_id: 'phone' },
    });
    expect(body).toMatchObject({ position: 0, skipped: 0 });
    expect((await create(routes, stranger, friend)).status).toBe(201);
  }, 240_000);

  it('is given back where a group is refused: for one who was put into too many, or who is in too many', async () => {
    const routes = routesWith({ maxGroups: 3, invitationsPerHour: 2, rowsPerMinute: 20 });
    const [me, full, known, bob] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (let n = 0; n < 3; n += 1) await create(routes, full);
    for (let n = 0; n < 2; n += 1) await create(routes, me, known);
    for (let n = 0; n < 10; n += 1) {
      await expect(create(routes, me, bob, full)).rejects.toMatchObject({ code: 'too_many_groups' });
      await expect(create(routes, me, bob, known)).rejects.toMatchObject({ code: 'rate_limited' });
    }
    expect((await create(routes, me, bob)).status).toBe(201);
  });

  it('is a group of so many members', async () => {
    const routes = routesWith({ maxMembers: 3 });
    const [me, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    await expect(create(routes, me, bob, eve, randomUUID())).rejects.toMatchObject({ code: 'group_full' });
    const group = (await create(routes, me, bob, eve)).body.conversation_id;
    const params = { conversation_id: group, user_id: randomUUID() };
    await expect(ask(routes, MEMBER, { caller: me, params })).rejects.toMatchObject({ code: 'group_full' });
  });

  it('is to be in so many groups, by oneself or by others', async () => {
    const routes = routesWith({ maxGroups: 2 });
    const [me, bob] = [randomUUID(), randomUUID()];
    await create(routes, bob, me);
    const last = (await create(routes, me)).body.conversation_id;
    await expect(create(routes, me)).rejects.toMatchObject({ code: 'too_many_groups', status: 409 });
    const other = (await create(routes, bob)).body.conversation_id;
    const put = () => ask(routes, MEMBER, { caller: bob, params: { conversation_id: other, user_id: me } });
    await expect(put()).rejects.toMatchObject({ code: 'too_many_groups' });
    await ask(routes, MEMBER.replace('PUT', 'DELETE'), { caller: me, params: { conversation_id: last, user_id: me } });
    expect((await put()).status).toBe(204);
  });
});
