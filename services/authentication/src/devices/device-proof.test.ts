import type { SessionResponse } from '@chat-app/protocol';
import { PASSWORD, startHarness, type Answer, type Harness } from '../testing/authentication-harness';
import { SHARED_FAILURES } from '../throttling/account-throttle';

const HOME = '192.0.2.1';
const ELSEWHERE = '198.51.100.7';

describe('a device that a user logged in from', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness({ trustedProxies: 1 });
  });
  afterAll(() => service.close());

  const proofOf = (answer: Answer) => (answer.json as SessionResponse).device_proof;
  const guess = async (username: string, times: number, address: string) => {
    const statuses: number[] = [];
    for (let n = 0; n < times; n += 1) statuses.push((await service.logIn(username, `wrong-${n}`, { address })).status);
    return statuses;
  };

  it('logs its owner in at once, whoever guesses the password meanwhile, from the same address too', async () => {
    const { device_proof: deviceProof } = await service.registered('owner');
    for (let round = 0; round < 2; round += 1) {
      const statuses = await guess('owner', 31, HOME);
      expect(statuses).toContain(429);
      for (const address of [HOME, ELSEWHERE]) {
        expect((await service.logIn('owner', PASSWORD, { address, deviceProof })).status).toBe(200);
      }
    }
  });

  it('is not needed in another network than that of who guesses', async () => {
    await service.registered('traveller');
    expect(await guess('traveller', 62, HOME)).toContain(429);
    expect((await service.logIn('traveller', PASSWORD, { address: ELSEWHERE })).status).toBe(200);
    expect((await service.logIn('traveller', PASSWORD, { address: HOME })).status).toBe(429);
  });

  it('is not delayed where guesses from very many networks delay everybody else', async () => {
    const { device_proof: deviceProof } = await service.registered('hunted');
    for (let network = 0; network < SHARED_FAILURES / 5; network += 1) {
      expect(await guess('hunted', 5, `203.0.113.${network}`)).toEqual([401, 401, 401, 401, 401]);
    }
    for (let further = 0; further < 4; further += 1) await guess('hunted', 1, `203.0.113.${100 + further}`);
    await service.database.query({
      name: 'hold',
      text: `update auth.login_throttles set blocked_until = blocked_until + interval '1 hour' where failures >= ${SHARED_FAILURES}`,
    });
    expect(await guess('hunted', 1, '203.0.113.200')).toEqual([429]);
    expect((await service.logIn('hunted', PASSWORD, { address: ELSEWHERE })).status).toBe(429);
    expect((await service.logIn('hunted', PASSWORD, { address: ELSEWHERE, deviceProof })).status).toBe(200);
  });

  it('changes its password at once, whoever guesses it', async () => {
    const { token } = await service.registered('changing');
    expect(await guess('changing', 62, HOME)).toContain(429);
    const body = { password: PASSWORD, new_password: 'staple horse battery' };
    expect((await service.callAs(token, 'PUT', '/password', body)).status).toBe(200);
  });

  it('guesses no faster than others: a proof that was stolen is delayed by its own failures', async () => {
    const { device_proof: deviceProof } = await service.registered('robbed');
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const from = { address: `198.51.100.${n}`, deviceProof };
      statuses.push((await service.logIn('robbed', `wrong-${n}`, from)).status);
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses).toContain(429);
  });

  it('keeps its proof when it logs in again, and is given one where it had none', async () => {
    const { device_proof: deviceProof } = await service.registered('regular');
    expect(deviceProof).toMatch(/^[\w-]{43}$/);
    expect(proofOf(await service.logIn('regular', PASSWORD, { deviceProof }))).toBe(deviceProof);
    const other = proofOf(await service.logIn('regular', PASSWORD));
    expect(other).toMatch(/^[\w-]{43}$/);
    expect(other).not.toBe(deviceProof);
    expect(proofOf(await service.logIn('regular', PASSWORD, { deviceProof: 'invented' }))).not.toBe('invented');
  });

  it('proves nothing about another user, nor after its time', async () => {
    const { device_proof: foreign } = await service.registered('foreigner');
    const { device_proof: late, user_id } = await service.registered('late');
    await service.database.query(
      { name: 'expire', text: 'update auth.device_proofs set expires_at = clock_timestamp() where user_id = $1' },
      [user_id],
    );
    await guess('late', 62, HOME);
    for (const deviceProof of [foreign, late]) {
      expect((await service.logIn('late', PASSWORD, { address: HOME, deviceProof })).status).toBe(429);
    }
  });

  it('is remembered by a digest alone, and with fifty others at most', async () => {
    const { device_proof: first, user_id } = await service.registered('many-devices');
    const fill = `
      insert into auth.device_proofs (hash, user_id, expires_at)
      select sha256(n::text::bytea), $1::uuid, clock_timestamp() + interval '1 year' from generate_series(1, 60) as n`;
    await service.database.query({ name: 'fill', text: fill }, [user_id]);
    const proof = proofOf(await service.logIn('many-devices', PASSWORD));
    const rows = await service.database.query<{ hash: Uint8Array }>(
      { name: 'proofs', text: 'select hash, t::text from auth.device_proofs t where user_id = $1' },
      [user_id],
    );
    expect(rows).toHaveLength(50);
    for (const secret of [first, proof]) {
      expect(JSON.stringify(rows)).not.toContain(secret);
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret ?? '').toString('hex'));
    }
  });
});
