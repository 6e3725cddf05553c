import { randomUUID } from 'node:crypto';
import { INTERNAL_SECRET, startHarness, type Harness } from './testing/authentication-harness';

describe('internal calls', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  it('tells which users do not exist', async () => {
    const { user_id } = await service.registered('known');
    const stranger = randomUUID();
    const answer = await service.callInternally('/internal/users/unknown', {
      user_ids: [user_id, stranger, user_id.toUpperCase()],
    });
    expect(answer.json).toEqual({ unknown: [stranger] });
    expect((await service.callInternally('/internal/users/unknown', { user_ids: [] })).json).toEqual({ unknown: [] });
  });

  it('tells it of 10,000 in one call', async () => {
    const { user_id } = await service.registered('one-of-many');
    const strangers = Array.from({ length: 9_999 }, () => randomUUID());
    const answer = await service.callInternally('/internal/users/unknown', { user_ids: [...strangers, user_id] });
    expect(answer.status).toBe(200);
    expect(new Set((answer.json as { unknown: string[] }).unknown)).toEqual(new Set(strangers));
    const tooMany = [...strangers, user_id, randomUUID()];
    expect((await service.callInternally('/internal/users/unknown', { user_ids: tooMany })).status).toBe(400);
  });

  it('tells which sessions were ended, and only those', async () => {
    const alive = await service.registered('stays');
    const ended = await service.registered('leaves');
    await service.call('POST', '/logout', { refresh_token: ended.refresh_token });
    const [aliveClaims, endedClaims] = await Promise.all(
      [alive, ended].map((session) => service.verifier.verify(session.token)),
    );
    const answer = await service.callInternally('/internal/sessions/ended', {
      session_ids: [aliveClaims!.sessionId, endedClaims!.sessionId, randomUUID()],
    });
    expect(answer.json).toEqual({ ended: [endedClaims!.sessionId] });
  });

  it('refuses callers without the secret, and does not stand on the public port', async () => {
    const wrong = await service.callInternally('/internal/users/unknown', { user_ids: [] }, `${INTERNAL_SECRET}x`);
    expect(wrong.status).toBe(401);
    expect((await service.call('POST', '/internal/users/unknown', { user_ids: [] })).status).toBe(404);
  });

  it.each(['users/unknown', 'sessions/ended'])('refuses an id that is none: %s', async (path) => {
    const answer = await service.callInternally(`/internal/${path}`, { user_ids: ['x'], session_ids: ['x'] });
    expect(answer.status).toBe(400);
  });
});
