import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

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

  it('delays a name after five failures, and twice as long after each further one', async () => {
    await service.registered('guessed');
    await fail('guessed', 5);
    const delays: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const answer = await service.logIn('guessed', 'wrong');
      expect(answer.status).toBe(429);
      expect(answer.error).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      delays.push(answer.error!.retry_after_ms!);
      await letPass(answer.error!.retry_after_ms! / 1_000);
      await fail('guessed', 1);
    }
    for (const [n, expected] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      expect(delays[n]).toBeLessThanOrEqual(expected * 1_000);
      expect(delays[n]).toBeGreaterThan(expected * 1_000 - 900);
    }
  });

  it('refuses the right password too while the delay lasts, and takes it afterwards', async () => {
    await service.registered('owner');
    await fail('owner', 5);
    expect((await service.logIn('owner', PASSWORD)).status).toBe(429);
    await letPass(1);
    expect((await service.logIn('owner', PASSWORD)).status).toBe(200);
  });

  it('forgets the failures on success', async () => {
    await service.registered('typist');
    await fail('typist', 4);
    expect((await service.logIn('typist', PASSWORD)).status).toBe(200);
    await fail('typist', 5);
    expect((await service.logIn('typist', 'wrong')).status).toBe(429);
  });

  it('forgets the failures after a quiet quarter of an hour', async () => {
    await fail('absent-minded', 4);
    await letPass(901);
    await fail('absent-minded', 5);
    expect((await service.logIn('absent-minded', 'wrong')).status).toBe(429);
  });

  it('treats a name that is no user alike', async () => {
    await service.registered('somebody');
    await fail('somebody', 5);
    await fail('nobody-at-all', 5);
    const known = await service.logIn('somebody', 'wrong');
    const unknown = await service.logIn('nobody-at-all', 'wrong');
    expect(unknown.status).toBe(429);
    expect({ ...unknown.error, retry_after_ms: 0 }).toEqual({ ...known.error, retry_after_ms: 0 });
  });

  it('counts all spellings of a name together', async () => {
    await fail('Spelled', 3);
    await fail('SPELLED', 2);
    expect((await service.logIn('ｓｐｅｌｌｅｄ', 'wrong')).status).toBe(429);
  });

  it('lets no parallel guesses slip through', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.logIn('parallel', 'wrong')));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(25);
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
