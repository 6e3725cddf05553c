import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, startHarness, type Harness } from '../testing/authentication-harness';

describe('log out', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  it('ends the session and says so to the websocket pods, once', async () => {
    const { user_id, refresh_token, token } = await service.registered('leaver');
    const { sessionId } = await service.verifier.verify(token);
    const received = await service.subscribeTo(user_id);
    for (let n = 0; n < 2; n += 1) {
      const answer = await service.call('POST', '/logout', { refresh_token });
      expect(answer.status).toBe(204);
      expect(answer.json).toBeUndefined();
    }
    expect(received).toEqual([{ kind: 'signed_out', user_id, session_ids: [sessionId] }]);
    expect((await service.refresh(refresh_token)).error?.code).toBe('refresh_token_invalid');
    const ended = await service.callInternally('/internal/sessions/ended', { session_ids: [sessionId] });
    expect(ended.json).toEqual({ ended: [sessionId] });
  });

  it('ends the session also by a refresh token that was used', async () => {
    const { refresh_token } = await service.registered('late-leaver');
    const next = (await service.refresh(refresh_token)).json as SessionResponse;
    expect((await service.call('POST', '/logout', { refresh_token })).status).toBe(204);
    expect((await service.refresh(next.refresh_token)).error?.code).toBe('refresh_token_invalid');
  });

  it('leaves other sessions of the user alone', async () => {
    const { refresh_token } = await service.registered('half-leaver');
    const other = (await service.logIn('half-leaver', 'correct horse battery')).json as SessionResponse;
    await service.call('POST', '/logout', { refresh_token });
    expect((await service.refresh(other.refresh_token)).status).toBe(200);
  });

  it('answers alike for a token that is none', async () => {
    expect((await service.call('POST', '/logout', { refresh_token: 'unknown' })).status).toBe(204);
    expect((await service.call('POST', '/logout', {})).status).toBe(400);
  });

  it('ends the session also while the fan-out is unavailable: reconciliation in the websocket pods finds it', async () => {
    const fanout = createEmbeddedFanout();
    const cut = await startHarness({ database: service.database, fanout });
    try {
      const { refresh_token, token } = await cut.registered('cut-off');
      const { sessionId } = await cut.verifier.verify(token);
      fanout.degrade();
      expect((await cut.call('POST', '/logout', { refresh_token })).status).toBe(204);
      const ended = await cut.callInternally('/internal/sessions/ended', { session_ids: [sessionId] });
      expect(ended.json).toEqual({ ended: [sessionId] });
      expect(await metricValue(cut.metrics, 'chat_authentication_signed_out_failures_total')).toBe(1);
    } finally {
      await cut.close();
    }
  });
});
