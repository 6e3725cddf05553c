import { randomUUID } from 'node:crypto';
import { directMessage, storeAll } from '../../testing/embedded-context';
import { ServedRoutes } from '../../testing/served-routes';

describe('when somebody was here last', () => {
  const served = new ServedRoutes();

  const record = (...user_ids: string[]) => served.ask('PUT /internal/last-seen', { body: { user_ids } });
  const find = async (...user_ids: string[]) => {
    const { users } = await served.ask<{ users: { user_id: string; at?: string }[] }>('POST /internal/last-seen', {
      body: { user_ids },
    });
    return new Map(users.map(({ user_id, at }) => [user_id, at]));
  };
  const change = (caller: string, last_seen: 'on' | 'off') =>
    served.ask<{ last_seen: string }>('PATCH /settings', { caller, body: { last_seen } });

  it('is when their last connection ended, and is not known of who never was', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const before = Date.now();
    await record(ann, ann);
    const first = (await find(ann, bob)).get(ann) ?? '';
    expect(Math.abs(Date.parse(first) - before)).toBeLessThan(10_000);
    await record(bob, ann);
    const found = await find(ann, bob);
    expect(Date.parse(found.get(ann) ?? '')).toBeGreaterThan(Date.parse(first));
    expect(found.get(bob)).toBe(found.get(ann));
    const nobody = randomUUID();
    expect(await find(nobody)).toEqual(new Map([[nobody, undefined]]));
  });

  it('is at least when a device of theirs confirmed something: of a pod that died nobody says who was there', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await record(ann);
    const before = Date.parse((await find(ann)).get(ann) ?? '');
    await storeAll(served.database, [directMessage(bob, ann)]);
    const cursor = { user_id: ann, device_id: 'phone', received_seq: 1 };
    await served.ask('POST /internal/cursors', { body: { cursors: [cursor] } });
    expect(Date.parse((await find(ann)).get(ann) ?? '')).toBeGreaterThan(before);
  });

  it('is told of nobody who hides it, until they do so no longer; what was recorded meanwhile counts', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await record(ann, bob);
    expect(await served.ask('GET /settings', { caller: ann })).toEqual({ last_seen: 'on' });
    expect(await change(ann, 'off')).toEqual({ last_seen: 'off' });
    await record(ann);
    expect([...(await find(ann, bob)).keys()]).toEqual([bob]);
    expect(await served.ask('GET /settings', { caller: ann })).toEqual({ last_seen: 'off' });
    expect(await change(ann, 'on')).toEqual({ last_seen: 'on' });
    expect((await find(ann)).get(ann)).toBeDefined();
  });

  it('is not told to who hides their own', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await storeAll(served.database, [directMessage(ann, bob)]);
    const contacts = () => served.ask('POST /internal/contacts', { body: { user_id: ann, user_ids: [bob] } });
    expect(await contacts()).toEqual({ contacts: [bob], shows_last_seen: true, hiding_last_seen: [] });
    await change(ann, 'off');
    expect(await contacts()).toEqual({ contacts: [bob], shows_last_seen: false, hiding_last_seen: [] });
    await change(bob, 'off');
    expect(await contacts()).toMatchObject({ hiding_last_seen: [bob] });
  });

  it('is no setting without a name', async () => {
    await expect(served.ask('PATCH /settings', { caller: randomUUID(), body: {} })).rejects.toThrow('name a setting');
  });
});
