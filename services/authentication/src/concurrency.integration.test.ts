import { createEmbeddedBus, createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { SessionResponse } from '@chat-app/protocol';
import { backendAddress, describeWithBackend } from '../../../test/testing/backends';
import { TcpProxy } from '../../../test/testing/tcp-proxy';
import { PASSWORD, startHarness, type Harness } from './testing/authentication-harness';
import { SHARED_FAILURES } from './throttling/account-throttle';
import { createTemporaryDatabase, type TemporaryDatabase } from './testing/temporary-database';

const SESSIONS = 12;
const LOGINS = 20;
const options = {
  trustedProxies: 1,
  configuration: { SESSIONS_PER_USER: SESSIONS, LOGINS_PER_USER_PER_MINUTE: LOGINS },
};

describeWithBackend('postgres', 'two pods of authentication on one PostgreSQL', () => {
  let temporary: TemporaryDatabase;
  let pods: [Harness, Harness];
  beforeAll(async () => {
    temporary = await createTemporaryDatabase(backendAddress('postgres'));
    const bus = createEmbeddedBus();
    // Both at once: their migrations must not collide.
    pods = await Promise.all([
      startHarness({ ...options, database: temporary.connect(), fanout: createEmbeddedFanout({ bus }) }),
      startHarness({ ...options, database: temporary.connect(), fanout: createEmbeddedFanout({ bus }) }),
    ]);
  });
  afterAll(async () => {
    await Promise.all((pods ?? []).map((pod) => pod.close()));
    await temporary?.drop();
  });

  /** Calls by turns through both pods, all at once. */
  const through = <Result>(times: number, call: (pod: Harness, n: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: times }, (_, n) => call(pods[n % 2]!, n)));
  const count = async (text: string, parameters: string[]) => {
    const [row] = await pods[0].database.query<{ n: number }>({ name: 'count', text }, parameters);
    return row!.n;
  };
  const sessionOf = async (session: SessionResponse) => (await pods[0].verifier.verify(session.token)).sessionId;

  it('rotate a refresh token once, however many use it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const first = await pods[0].registered(`crowd-${round}`);
      const answers = await through(20, (pod) => pod.refresh(first.refresh_token));
      expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
      expect(new Set(answers.map((answer) => (answer.json as SessionResponse).refresh_token)).size).toBe(1);
      const text = 'select count(*)::integer as n from auth.refresh_tokens where session_id = $1';
      expect(await count(text, [await sessionOf(first)])).toBe(2);
    }
  });

  it('end a session once, however many reuse its token at once, and say so once', async () => {
    const first = await pods[0].registered('robbed-by-a-crowd');
    const second = (await pods[0].refresh(first.refresh_token)).json as SessionResponse;
    const third = (await pods[1].refresh(second.refresh_token)).json as SessionResponse;
    const received = await pods[0].subscribeTo(first.user_id);
    const answers = await through(20, (pod) => pod.refresh(first.refresh_token));
    const codes = answers.map((answer) => answer.error?.code);
    expect(codes.filter((code) => code === 'refresh_token_reused')).toHaveLength(1);
    expect(codes.filter((code) => code === 'refresh_token_invalid')).toHaveLength(19);
    expect((await pods[0].refresh(third.refresh_token)).error?.code).toBe('refresh_token_invalid');
    expect(received).toEqual([{ kind: 'signed_out', user_id: first.user_id, session_ids: [await sessionOf(first)] }]);
  });

  it('never lock each other out: refreshes of old and new tokens and log-outs at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const first = await pods[0].registered(`tangle-${round}`);
      const second = (await pods[0].refresh(first.refresh_token)).json as SessionResponse;
      const answers = await through(12, (pod, n) =>
        n % 6 === 5
          ? pod.call('POST', '/logout', { refresh_token: first.refresh_token })
          : pod.refresh(n % 3 === 0 ? first.refresh_token : second.refresh_token),
      );
      expect(answers.filter((answer) => ![200, 204, 401].includes(answer.status))).toEqual([]);
      expect((await pods[1].refresh(second.refresh_token)).status).toBe(401);
    }
  });

  it('count failed logins of an account together', async () => {
    const answers = await through(40, (pod) => pod.logIn('guessed-from-everywhere', 'wrong'));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(35);
  });

  it('count failed logins of a name from everywhere together: strangers wait, a device of its owner does not', async () => {
    const { device_proof: deviceProof } = await pods[0].registered('hunted');
    for (let network = 0; network < SHARED_FAILURES / 5; network += 1) {
      const address = `203.0.113.${network}`;
      const answers = await through(5, (pod) => pod.logIn('hunted', 'wrong', { address }));
      expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401]);
    }
    const strangers = await through(40, (pod, n) => pod.logIn('hunted', 'wrong', { address: `198.51.100.${n}` }));
    expect(strangers.filter((answer) => answer.status === 429).length).toBeGreaterThanOrEqual(35);
    const owners = await through(4, (pod) => pod.logIn('hunted', PASSWORD, { address: '192.0.2.1', deviceProof }));
    expect(owners.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  });

  it('give a user no more sessions, nor more log-ins in a minute, than one of them would', async () => {
    const session = await pods[0].registered('collector');
    const answers = await through(60, (pod) => pod.logIn('collector', PASSWORD));
    const granted = answers.filter((answer) => answer.status === 200).length;
    expect(granted).toBeGreaterThanOrEqual(LOGINS - 1);
    const text = 'select count(*)::integer as n from auth.sessions where user_id = $1 and ended_at is null';
    expect(await count(text, [session.user_id])).toBe(SESSIONS);
    const further = await through(4, (pod) => pod.logIn('collector', PASSWORD));
    expect(further.map((answer) => answer.status)).toEqual([429, 429, 429, 429]);
  });

  it('give a name to one of many who register it at once', async () => {
    const answers = await through(10, (pod) =>
      pod.call('POST', '/register', { username: 'coveted', password: PASSWORD }),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(9);
  });

  it('leave no session of a former password alive', async () => {
    for (let round = 0; round < 5; round += 1) {
      const username = `changing-${round}`;
      const { user_id, token } = await pods[0].registered(username);
      const body = { password: PASSWORD, new_password: 'staple horse battery' };
      const [changed] = await Promise.all([
        pods[0].callAs(token, 'PUT', '/password', body),
        through(8, (pod) => pod.logIn(username, PASSWORD)),
      ]);
      expect(changed.status).toBe(200);
      const text = 'select count(*)::integer as n from auth.sessions where user_id = $1 and ended_at is null';
      expect(await count(text, [user_id])).toBe(1);
      // The proof of whoever changed it alone.
      expect(await count('select count(*)::integer as n from auth.device_proofs where user_id = $1', [user_id])).toBe(
        1,
      );
    }
  });

  it('answer 503 while the database is unavailable, and go on when it is back', async () => {
    const { host } = new URL(backendAddress('postgres'));
    const proxy = await TcpProxy.open(host);
    const database = temporary.connect({ host: '127.0.0.1', port: proxy.port });
    const pod = await startHarness({ database });
    try {
      await pod.registered('patient');
      proxy.mode = 'refuse';
      proxy.cut();
      const answer = await pod.logIn('patient', PASSWORD);
      expect(answer.status).toBe(503);
      expect(answer.error).toMatchObject({ code: 'unavailable', retryable: true });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await pod.call('GET', '/.well-known/jwks.json')).status).toBe(200);
      proxy.mode = 'pass';
      let status = 0;
      while (status !== 200) ({ status } = await pod.logIn('patient', PASSWORD));
    } finally {
      await pod.close();
      await database.close();
      await proxy.close();
    }
  });
});
