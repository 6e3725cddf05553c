import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';
import { SHARED_FAILURES, THROTTLE_RULE } from './account-throttle';

describe('throttling of logins', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const fail = async (username: string, times: number) => {
    for (let n = 0; n < times; n += 1) expect((await service.logIn(username, 'wrong')).status).toBe(401);
  };
  /** Moves all counts into the past, instead of waiting. */
  const letPass = (seconds: number) =>
    service.database.query(
      {
        name: 'let_pass',
        text: `update auth.login_throttles set attempted_at = attempted_at - make_interval(secs => $1),
          blocked_until = blocked_until - make_interval(secs => $1)`,
      },
      [seconds],
    );

  const HOUR_S = 3_600;
  /** Lets the delays last an hour longer, so that none ends while a slow machine works; `endDelays` ends them. */
  const holdDelays = () => letPass(-HOUR_S);
  const endDelays = () => letPass(HOUR_S + THROTTLE_RULE.longestDelayS);

  it('delays a name for a network after five failures, and twice as long after each further one', async () => {
    await service.registered('guessed');
    await fail('guessed', 5);
    const delays: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const [set] = await service.database.query<{ delay_s: number }>({
        name: `delay_set_${n}`,
        text: `select round(extract(epoch from blocked_until - attempted_at))::integer as delay_s
          from auth.login_throttles where failures = ${5 + n} order by blocked_until - attempted_at desc`,
      });
      delays.push(set!.delay_s);
      await holdDelays();
      const answer = await service.logIn('guessed', 'wrong');
      expect(answer.status).toBe(429);
      expect(answer.error).toMatchObject({ code: 'rate_limited', retryable: true });
      // What is told is what was set, less what has passed since.
      const toldS = answer.error!.retry_after_ms! / 1_000;
      expect(toldS).toBeLessThanOrEqual(HOUR_S + set!.delay_s + 1);
      expect(toldS).toBeGreaterThan(set!.delay_s);
      expect(Number(answer.headers['retry-after'])).toBe(Math.ceil(toldS));
      await endDelays();
      await fail('guessed', 1);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('refuses the right password too while the delay lasts, and takes it afterwards', async () => {
    await service.registered('owner');
    await fail('owner', 5);
    await holdDelays();
    expect((await service.logIn('owner', PASSWORD)).status).toBe(429);
    await endDelays();
    expect((await service.logIn('owner', PASSWORD)).status).toBe(200);
  });

  it('forgets the failures on success', async () => {
    await service.registered('typist');
    await fail('typist', 4);
    expect((await service.logIn('typist', PASSWORD)).status).toBe(200);
    await fail('typist', 5);
    await holdDelays();
    expect((await service.logIn('typist', 'wrong')).status).toBe(429);
  });

  it('forgets the failures after a quiet quarter of an hour', async () => {
    await fail('absent-minded', 4);
    await letPass(901);
    await fail('absent-minded', 5);
    await holdDelays();
    expect((await service.logIn('absent-minded', 'wrong')).status).toBe(429);
  });

  it('treats a name that is no user alike', async () => {
    await service.registered('somebody');
    await fail('somebody', 5);
    await fail('nobody-at-all', 5);
    await holdDelays();
    const known = await service.logIn('somebody', 'wrong');
    const unknown = await service.logIn('nobody-at-all', 'wrong');
    expect(unknown.status).toBe(429);
    expect({ ...unknown.error, retry_after_ms: 0 }).toEqual({ ...known.error, retry_after_ms: 0 });
  });

  it('counts all spellings of a name together', async () => {
    await fail('Spelled', 3);
    await fail('SPELLED', 2);
    await holdDelays();
    expect((await service.logIn('ｓｐｅｌｌｅｄ', 'wrong')).status).toBe(429);
  });

  it('delays no other network for one that goes on failing for hours, as often as it is let', async () => {
    const { accounts } = service.context;
    const stranger = (address: string) => ({ kind: 'stranger', usernameKey: 'besieged', address }) as const;
    for (let minute = 0; minute < 1.5 * SHARED_FAILURES; minute += 1) {
      await accounts.charge(stranger('192.0.2.1'));
      await letPass(THROTTLE_RULE.longestDelayS);
    }
    await accounts.charge(stranger('192.0.2.1'));
    expect(await accounts.wait(stranger('192.0.2.1'))).toBeGreaterThan(0);
    expect(await accounts.wait(stranger('198.51.100.7'))).toBe(0);
  });

  it('lets no parallel guesses slip through', async () => {
    await fail('parallel', 5);
    for (let failures = 5; failures < 10; failures += 1) {
      await letPass(THROTTLE_RULE.longestDelayS);
      await fail('parallel', 1);
    }
    await letPass(THROTTLE_RULE.longestDelayS);
    // The next delay is a minute: whatever the machine does, only one of the guesses comes before it.
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.logIn('parallel', 'wrong')));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, ...Array.from({ length: 29 }, () => 429)]);
  });

  it('counts each of parallel guesses', async () => {
    await service.database.query({ name: 'forget', text: 'delete from auth.login_throttles' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.logIn('counted', 'wrong')));
    const taken = answers.filter((answer) => answer.status === 401).length;
    expect(taken).toBeGreaterThanOrEqual(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(30 - taken);
    const counts = await service.database.query<{ failures: number }>({
      name: 'counts',
      text: 'select failures from auth.login_throttles',
    });
    // Of the network with the name, and of the name: what was refused is counted in neither.
    expect(counts).toEqual([{ failures: taken }, { failures: taken }]);
  });

  it('does not hinder many logins at once with the right password', async () => {
    await service.registered('busy');
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.logIn('busy', PASSWORD)));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 30 }, () => 200));
  });

  it('does not keep the names that were tried', async () => {
    await fail('a-password-in-the-wrong-field', 1);
    const rows = await service.database.query({ name: 'dump', text: 'select t::text from auth.login_throttles t' });
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('a-password').toString('hex'));
  });

  it('bounds who knows the password of a disabled account, through a known device too', async () => {
    const { user_id, device_proof } = await service.registered('shut-out');
    const disable = 'update auth.users set disabled_at = clock_timestamp() where id = $1';
    await service.database.query({ name: 'disable', text: disable }, [user_id]);
    for (const from of [{}, { deviceProof: device_proof }]) {
      const codes: unknown[] = [];
      for (let n = 0; n < 5; n += 1) codes.push((await service.logIn('shut-out', PASSWORD, from)).error?.code);
      expect(codes).toEqual(Array.from({ length: 5 }, () => 'account_disabled'));
      await holdDelays();
      expect((await service.logIn('shut-out', PASSWORD, from)).status).toBe(429);
      await endDelays();
    }
  });

  it('counts the right password of a disabled account against the address', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { FAILED_LOGINS_PER_MINUTE: 3 } });
    try {
      const { user_id } = await strict.registered('shut-out-here');
      const disable = 'update auth.users set disabled_at = clock_timestamp() where id = $1';
      await database.query({ name: 'disable', text: disable }, [user_id]);
      for (let n = 0; n < 3; n += 1) expect((await strict.logIn('shut-out-here', PASSWORD)).status).toBe(403);
      expect((await strict.logIn('shut-out-here', PASSWORD)).status).toBe(429);
    } finally {
      await strict.close();
    }
  });

  it('looks for no invented device proof without bound, and lets a known device in where its neighbours used all up', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { FAILED_LOGINS_PER_MINUTE: 3 } });
    try {
      const { device_proof: deviceProof } = await strict.registered('resident');
      for (let n = 0; n < 3; n += 1) expect((await strict.logIn(`guessed-${n}`, 'Password1')).status).toBe(401);
      expect((await strict.logIn('guessed-3', 'Password1')).status).toBe(429);
      expect((await strict.logIn('resident', PASSWORD, { deviceProof })).status).toBe(200);
      for (let n = 0; n < 3; n += 1) {
        expect((await strict.logIn('resident', PASSWORD, { deviceProof: `invented-${n}` })).status).toBe(429);
      }
      const looked = jest.spyOn(database, 'query');
      expect((await strict.logIn('resident', PASSWORD, { deviceProof: 'invented' })).status).toBe(429);
      expect(looked.mock.calls.map(([statement]) => statement.name)).not.toContain('find_device_proof');
      looked.mockRestore();
    } finally {
      await strict.close();
    }
  });

  it('limits failures of one address whatever the names, and does not count successes', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { FAILED_LOGINS_PER_MINUTE: 3 } });
    try {
      await strict.registered('neighbour');
      for (let n = 0; n < 5; n += 1) expect((await strict.logIn('neighbour', PASSWORD)).status).toBe(200);
      for (let n = 0; n < 3; n += 1) expect((await strict.logIn(`victim-${n}`, 'Password1')).status).toBe(401);
      const answer = await strict.logIn('victim-4', 'Password1');
      expect(answer.status).toBe(429);
      expect(answer.error?.retry_after_ms).toBeGreaterThan(0);
      expect(answer.error?.retry_after_ms).toBeLessThanOrEqual(20_000);
      const throttled = (by: string) => metricValue(strict.metrics, 'chat_authentication_throttled_total', { by });
      expect(await throttled('address')).toBe(1);
      expect(await throttled('account')).toBe(0);
    } finally {
      await strict.close();
    }
  });
});
