import { randomUUID } from 'node:crypto';
import { silentLogger, type TokenClaims } from '@chat-app/platform';
import { TestSessionSource } from '../testing/test-session-source';
import { StandingSessions } from './standing-sessions';

const USER = randomUUID();

describe('the sessions that stand', () => {
  let source: TestSessionSource;
  let sessions: StandingSessions;
  let now: number;
  beforeEach(() => {
    now = 0;
    source = new TestSessionSource();
    sessions = new StandingSessions({ source, logger: silentLogger, now: () => now, intervalMs: 5 });
  });
  afterEach(() => sessions.close());

  const ended = (sessionId: string = randomUUID()) => ({ sessionId, userId: USER });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const looks = (count: number) => {
    const before = source.looks;
    return until(() => source.looks >= before + count);
  };

  it('are found ended by looking, page after page, without a word of the fan-out, each told once', async () => {
    source.pageSize = 3;
    source.ended.push(...Array.from({ length: 10 }, () => ended()));
    const told: string[] = [];
    sessions.onEnded(({ sessionId }) => told.push(sessionId));
    sessions.start();
    await until(() => told.length === 10);
    const late = ended();
    source.ended.push(late);
    await until(() => sessions.hasEnded(late.sessionId));
    await looks(2);
    expect(told).toEqual(source.ended.map(({ sessionId }) => sessionId));
  });

  it('are looked at again after an outage, from where the looks had come to', async () => {
    sessions.start();
    await looks(1);
    source.unavailable = true;
    const missed = ended();
    source.ended.push(missed);
    await looks(2);
    expect(sessions.hasEnded(missed.sessionId)).toBe(false);
    source.unavailable = false;
    await until(() => sessions.hasEnded(missed.sessionId));
  });

  it('are refused from the moment the fan-out says that they ended', async () => {
    const gone = ended();
    source.ended.push(gone);
    source.before = () => new Promise(() => undefined);
    sessions.notifyEnded(USER, [gone.sessionId]);
    expect(sessions.hasEnded(gone.sessionId)).toBe(true);
    expect(await sessions.stands(gone)).toBe(false);
    source.before = () => Promise.resolve();
  });

  it('are let in again where the fan-out lied: authentication has the last word', async () => {
    const [gone, victim] = [ended(), ended()];
    source.ended.push(gone);
    sessions.notifyEnded(USER, [gone.sessionId, victim.sessionId, 'no id at all']);
    await until(() => !sessions.hasEnded(victim.sessionId));
    expect(sessions.hasEnded(gone.sessionId)).toBe(true);
    expect(source.asked).toEqual([[gone.sessionId, victim.sessionId]]);
  });

  describe('by a clock of the test', () => {
    beforeEach(() => {
      jest.useFakeTimers();
      sessions = new StandingSessions({ source, logger: silentLogger, now: () => jest.now(), intervalMs: 1_000 });
    });
    afterEach(async () => {
      await sessions.close();
      jest.useRealTimers();
    });
    /** A lie of the fan-out every five milliseconds. */
    const lieFor = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 5) {
        sessions.notifyEnded(USER, [randomUUID()]);
        await jest.advanceTimersByTimeAsync(5);
      }
    };

    it('are asked about within the time of collecting, however soon the next notice comes', async () => {
      sessions.start();
      await jest.advanceTimersByTimeAsync(0);
      const victim = ended();
      sessions.notifyEnded(USER, [victim.sessionId]);
      await lieFor(30);
      expect(sessions.hasEnded(victim.sessionId)).toBe(false);
      await lieFor(970);
      expect(source.looks).toBeGreaterThan(30);
      expect(source.looks).toBeLessThanOrEqual(51);
    });

    it('are asked about no more often during an outage, whatever the fan-out says', async () => {
      source.unavailable = true;
      sessions.start();
      await lieFor(3_000);
      expect(source.looks).toBeGreaterThanOrEqual(3);
      expect(source.looks).toBeLessThanOrEqual(4);
    });
  });

  it('stay refused on the word of the fan-out while authentication is unavailable', async () => {
    source.unavailable = true;
    const gone = ended();
    sessions.start();
    sessions.notifyEnded(USER, [gone.sessionId]);
    await looks(3);
    expect(await sessions.stands(gone)).toBe(false);
  });

  it('are asked about before they are let in; during an outage one that is not known to have ended is let in', async () => {
    const [gone, good] = [ended(), ended()];
    source.ended.push(gone);
    const told: string[] = [];
    sessions.onEnded(({ sessionId }) => told.push(sessionId));
    expect(await Promise.all([gone, good].map((session) => sessions.stands(session)))).toEqual([false, true]);
    expect(told).toEqual([gone.sessionId]);
    source.unavailable = true;
    const other = ended();
    expect(await Promise.all([gone, good, other].map((session) => sessions.stands(session)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('are forgotten once no token of theirs can be good any more', async () => {
    const gone = ended();
    source.ended.push(gone);
    sessions.start();
    await until(() => sessions.hasEnded(gone.sessionId));
    now = 600_001;
    await until(() => !sessions.hasEnded(gone.sessionId));
  });

  it('guard a verifier: the token of a session that ended is not valid', async () => {
    const gone = ended();
    const claims = { ...gone, tokenId: 't', issuedAt: 0, expiresAt: 0 } satisfies TokenClaims;
    const guarded = sessions.guard({ verify: () => Promise.resolve(claims) });
    await expect(guarded.verify('token')).resolves.toBe(claims);
    source.ended.push(gone);
    sessions.start();
    await until(() => sessions.hasEnded(gone.sessionId));
    await expect(guarded.verify('token')).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
