import type { ChangePasswordResponse, SessionResponse } from '@chat-app/protocol';
import { PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

const NEW_PASSWORD = 'staple horse battery';

describe('change of a password', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const change = (token: string, password: string, new_password: string) =>
    service.callAs(token, 'PUT', '/password', { password, new_password });

  it('takes the new password from then on, and ends all other sessions', async () => {
    const first = await service.registered('changer');
    const second = (await service.logIn('changer', PASSWORD)).json as SessionResponse;
    const { sessionId } = await service.verifier.verify(second.token);
    const received = await service.subscribeTo(first.user_id);
    const answer = await change(first.token, PASSWORD, NEW_PASSWORD);
    expect(answer.status).toBe(200);
    expect(received).toEqual([{ kind: 'signed_out', user_id: first.user_id, session_ids: [sessionId] }]);
    expect((await service.logIn('changer', PASSWORD)).status).toBe(401);
    expect((await service.logIn('changer', NEW_PASSWORD)).status).toBe(200);
    expect((await service.refresh(second.refresh_token)).error?.code).toBe('refresh_token_invalid');
    expect((await service.refresh(first.refresh_token)).status).toBe(200);
  });

  it('forgets all devices that the user was known by, a thief among them, and gives the caller a new proof', async () => {
    const { token, device_proof: former, user_id } = await service.registered('robbed');
    const thief = (await service.logIn('robbed', PASSWORD)).json as SessionResponse;
    const other = await service.registered('untouched');
    const { device_proof: proof } = (await change(token, PASSWORD, NEW_PASSWORD)).json as ChangePasswordResponse;
    const again = async (username: string, password: string, deviceProof: string | undefined) =>
      ((await service.logIn(username, password, { deviceProof })).json as SessionResponse).device_proof;
    expect(await again('robbed', NEW_PASSWORD, proof)).toBe(proof);
    expect(await again('untouched', PASSWORD, other.device_proof)).toBe(other.device_proof);
    for (const void_ of [former, thief.device_proof]) {
      expect(await again('robbed', NEW_PASSWORD, void_)).not.toBe(void_);
    }
    const devices = 'select hash from auth.device_proofs where user_id = $1';
    expect(await service.database.query({ name: 'devices', text: devices }, [user_id])).toHaveLength(3);
  });

  it('says nothing where there was no other session', async () => {
    const { user_id, token } = await service.registered('alone');
    const received = await service.subscribeTo(user_id);
    expect((await change(token, PASSWORD, NEW_PASSWORD)).status).toBe(200);
    expect(received).toEqual([]);
  });

  it('refuses without the old password, and delays the session that guesses it, no log-in', async () => {
    const { token } = await service.registered('tricked');
    for (let n = 0; n < 5; n += 1) {
      const answer = await change(token, 'wrong', NEW_PASSWORD);
      expect(answer.status).toBe(401);
      expect(answer.error?.code).toBe('wrong_credentials');
    }
    expect((await change(token, PASSWORD, NEW_PASSWORD)).status).toBe(429);
    expect((await service.logIn('tricked', PASSWORD)).status).toBe(200);
  });

  it('refuses an access token whose session was ended', async () => {
    const { token, refresh_token } = await service.registered('gone');
    await service.call('POST', '/logout', { refresh_token });
    const answer = await change(token, PASSWORD, NEW_PASSWORD);
    expect(answer.status).toBe(401);
    expect(answer.error?.code).toBe('token_invalid');
  });

  it('opens no session for a password that is changed meanwhile', async () => {
    const { user_id, token } = await service.registered('simultaneous');
    const changed = change(token, PASSWORD, NEW_PASSWORD);
    const logins = await Promise.all(Array.from({ length: 10 }, () => service.logIn('simultaneous', PASSWORD)));
    expect((await changed).status).toBe(200);
    const [row] = await service.database.query<{ alive: number }>(
      {
        name: 'count_alive',
        text: 'select count(*)::integer as alive from auth.sessions where user_id = $1 and ended_at is null',
      },
      [user_id],
    );
    expect(row?.alive).toBe(1);
    const devices = 'select hash from auth.device_proofs where user_id = $1';
    expect(await service.database.query({ name: 'devices', text: devices }, [user_id])).toHaveLength(1);
    for (const { json, status } of logins) {
      if (status === 200) expect((await service.refresh((json as SessionResponse).refresh_token)).status).toBe(401);
    }
  });

  it.each([
    ['a short new password', { password: PASSWORD, new_password: 'short' }, 'new_password'],
    ['a new password with U+0000', { password: PASSWORD, new_password: 'long enough\u0000' }, 'new_password'],
    ['a missing old password', { new_password: NEW_PASSWORD }, 'password'],
  ])('refuses %s and names the field', async (_what, body, field) => {
    const { token } = await service.registered(`careless-${field.length}-${JSON.stringify(body).length}`);
    const answer = await service.callAs(token, 'PUT', '/password', body);
    expect(answer.status).toBe(400);
    expect(answer.error?.message).toMatch(new RegExp(`^${field}: `));
  });

  it('refuses a new password that is among the commonest, whatever the old one was', async () => {
    const { token } = await service.registered('lazy');
    const answer = await change(token, PASSWORD, 'password1');
    expect(answer.error?.code).toBe('password_too_common');
  });

  it('refuses callers without a token', async () => {
    const answer = await service.call('PUT', '/password', { password: PASSWORD, new_password: NEW_PASSWORD });
    expect(answer.status).toBe(401);
    expect(answer.error?.code).toBe('unauthenticated');
  });
});
