import type { SessionResponse } from '@chat-app/protocol';
import { PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';
import { operateAccount } from './operate-account';
import type { AccountOrder } from './parse-account-arguments';

describe('an operator', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const operate = (act: AccountOrder['act'], user: string, initialPasswordTtlS = 3_600) =>
    operateAccount({ ...service.context, initialPasswordTtlS }, { act, user });

  it('disables an account: its sessions and sockets end, and no log-in is taken until it is enabled', async () => {
    const { user_id, token, refresh_token } = await service.registered('unwelcome');
    const { sessionId } = await service.verifier.verify(token);
    const received = await service.subscribeTo(user_id);
    const disabled = await operate('disable', 'Unwelcome');
    expect(disabled).toMatchObject({ user_id, ended_sessions: 1, sessions: 0, disabled_at: expect.any(Date) as Date });
    expect((await service.refresh(refresh_token)).status).toBe(401);
    const answer = await service.logIn('unwelcome', PASSWORD);
    expect(answer.status).toBe(403);
    expect(answer.error).toMatchObject({ code: 'account_disabled', retryable: false });
    // The notice is delivered when the calls after it were answered.
    expect(received).toContainEqual({ kind: 'signed_out', user_id, session_ids: [sessionId] });
    expect(await operate('enable', user_id)).toMatchObject({ disabled_at: null });
    expect((await service.logIn('unwelcome', PASSWORD)).status).toBe(200);
  });

  it('tells nobody who does not know the password that an account is disabled', async () => {
    await service.registered('quiet');
    await operate('disable', 'quiet');
    const wrong = await service.logIn('quiet', 'not the password');
    expect(wrong.json).toEqual((await service.logIn('nobody-like-that', 'not the password')).json);
  });

  it('leaves no session to a log-in that is under way while the account is disabled', async () => {
    const { user_id } = await service.registered('racing');
    const logins = Array.from({ length: 10 }, () => service.logIn('racing', PASSWORD));
    await operate('disable', 'racing');
    await Promise.all(logins);
    expect(await operate('show', user_id)).toMatchObject({ sessions: 0 });
  });

  it('resets a password: the new one is shown once, all sessions end and known devices are forgotten', async () => {
    const first = await service.registered('forgetful');
    const { new_password, ended_sessions } = await operate('reset-password', 'forgetful');
    expect(ended_sessions).toBe(1);
    expect(new_password).toMatch(/^[\w-]{20}$/);
    expect((await service.refresh(first.refresh_token)).status).toBe(401);
    expect((await service.logIn('forgetful', PASSWORD)).status).toBe(401);
    expect(await operate('show', 'forgetful')).toMatchObject({ sessions: 0, known_devices: 0 });
    expect(await changing('forgetful', new_password, OWN)).toMatchObject({ status: 200 });
  });

  const OWN = 'a password of my own';
  const changing = (username: string, password = '', new_password?: string) =>
    service.call('POST', '/login', { username, password, ...(new_password !== undefined && { new_password }) });

  it('sets a password that opens nothing: the log-in asks for one of the user, which takes its place', async () => {
    await service.registered('newcomer');
    const { new_password, initial_password_until } = await operate('reset-password', 'newcomer');
    expect(initial_password_until?.getTime()).toBeGreaterThan(Date.now());
    const asked = await changing('newcomer', new_password);
    expect(asked).toMatchObject({ status: 403, error: { code: 'password_change_required', retryable: false } });
    expect(await operate('show', 'newcomer')).toMatchObject({ sessions: 0 });
    expect(await changing('newcomer', new_password, 'password')).toMatchObject({
      error: { code: 'password_too_common' },
    });
    expect(await changing('newcomer', new_password, new_password)).toMatchObject({
      error: { code: 'invalid_request' },
    });
    expect(await changing('newcomer', new_password, OWN)).toMatchObject({ status: 200 });
    expect(await changing('newcomer', new_password, 'yet another one')).toMatchObject({ status: 401 });
    expect(await operate('show', 'newcomer')).toMatchObject({ sessions: 1, initial_password_until: null });
    expect(await service.logIn('newcomer', OWN)).toMatchObject({ status: 200 });
  });

  it('sets a password that is good for nothing once its time is over, until it is reset again', async () => {
    await service.registered('too-late');
    const { new_password } = await operate('reset-password', 'too-late', 0);
    expect(await changing('too-late', new_password, OWN)).toMatchObject({
      status: 403,
      error: { code: 'password_expired' },
    });
    const again = await operate('reset-password', 'too-late');
    expect(await changing('too-late', again.new_password, OWN)).toMatchObject({ status: 200 });
  });

  it('leaves one session where two log-ins change the password at once', async () => {
    await service.registered('twice');
    const { new_password } = await operate('reset-password', 'twice');
    const answers = await Promise.all(
      ['one of my own', 'two of my own'].map((own) => changing('twice', new_password, own)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await operate('show', 'twice')).toMatchObject({ sessions: 1 });
  });

  it('is needed for that: a log-in with an own password changes none, and says so', async () => {
    await service.registered('content');
    expect(await changing('content', PASSWORD, OWN)).toMatchObject({ status: 400, error: { code: 'invalid_request' } });
    expect(await service.logIn('content', PASSWORD)).toMatchObject({ status: 200 });
  });

  it('ends all sessions of an account, which may log in again', async () => {
    const { user_id } = await service.registered('lost-phone');
    await service.logIn('lost-phone', PASSWORD);
    expect(await operate('end-sessions', user_id.toUpperCase())).toMatchObject({ ended_sessions: 2, sessions: 0 });
    const again = await service.logIn('lost-phone', PASSWORD);
    expect((again.json as SessionResponse).user_id).toBe(user_id);
  });

  it('is told where there is no such user', async () => {
    await expect(operate('show', 'nobody-like-that')).rejects.toMatchObject({ code: 'configuration_invalid' });
  });
});
