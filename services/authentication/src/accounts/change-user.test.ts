import type { SessionResponse } from '@chat-app/protocol';
import { startHarness, type Harness } from '../testing/authentication-harness';

describe('custom data of a user', () => {
  let service: Harness;
  let ada: SessionResponse;
  let grace: SessionResponse;
  beforeAll(async () => {
    service = await startHarness();
    ada = await service.registered('Ada');
    grace = await service.registered('Grace');
  });
  afterAll(() => service.close());
  const put = (body: unknown) => service.callAs(ada.token, 'PUT', '/users/me', body);

  it('is returned untouched by every look-up, and only to those who look up its owner', async () => {
    const data = { z: 1, a: { picture: 'p/1.png', status: 'at sea 🌊', list: [null, 0.1, true] } };
    const changed = await put({ data });
    expect(changed.status).toBe(200);
    expect(JSON.stringify(changed.json)).toBe(JSON.stringify({ user_id: ada.user_id, username: 'Ada', data }));
    const byId = await service.callAs(grace.token, 'GET', `/users/${ada.user_id}`);
    const byName = await service.callAs(grace.token, 'GET', '/users?username=ada');
    expect([byId.json, byName.json]).toEqual([changed.json, changed.json]);
    const other = await service.callAs(grace.token, 'GET', `/users/${grace.user_id}`);
    expect(other.json).toEqual({ user_id: grace.user_id, username: 'Grace' });
  });

  it('is replaced as a whole, and taken away by null', async () => {
    await put({ data: { one: 1 } });
    expect((await put({ data: { two: 2 } })).json).toMatchObject({ data: { two: 2 } });
    expect((await put({ data: null })).json).toEqual({ user_id: ada.user_id, username: 'Ada' });
  });

  it('holds 4 KiB of JSON and not a byte more', async () => {
    const frame = JSON.stringify({ text: '' }).length;
    expect((await put({ data: { text: 'x'.repeat(4_096 - frame) } })).status).toBe(200);
    const tooLarge = await put({ data: { text: 'x'.repeat(4_097 - frame) } });
    expect(tooLarge.status).toBe(400);
    expect(tooLarge.error?.message).toMatch(/^data: must be at most 4096 bytes/);
  });

  it.each([{}, { data: [] }, { data: 'text' }, { data: 1 }, { data: { a: '\u0000' } }])('refuses %j', async (body) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(answer.error?.code).toBe('invalid_request');
  });

  it('is changed by its owner alone, who is logged in', async () => {
    expect((await service.call('PUT', '/users/me', { data: {} })).error?.code).toBe('unauthenticated');
  });
});
