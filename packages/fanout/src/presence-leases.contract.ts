import { randomUUID } from 'node:crypto';
import type { PresenceLeases } from './presence-leases';

/** Leases of two pods, on one broker. */
export interface LeasesPair {
  one: PresenceLeases;
  other: PresenceLeases;
  close(): Promise<void>;
}

/** What every adapter of the leases keeps. */
export function describePresenceLeasesContract(title: string, open: () => Promise<LeasesPair>): void {
  describe(`${title}: the contract of presence leases`, () => {
    let pair: LeasesPair;
    beforeEach(async () => (pair = await open()));
    afterEach(() => pair.close());
    const found = async (users: readonly string[]): Promise<string[]> => [...(await pair.other.find(users)).keys()];

    it('tells every pod who is held by any, and for how much longer', async () => {
      const [here, there, nowhere] = [randomUUID(), randomUUID(), randomUUID()];
      await pair.one.hold([here], 30_000);
      await pair.other.hold([there], 10_000);
      for (const leases of [pair.one, pair.other]) {
        const left = await leases.find([here, there, nowhere]);
        expect([...left.keys()].sort()).toEqual([here, there].sort());
        expect(left.get(here)).toBeGreaterThan(25_000);
        expect(left.get(here)).toBeLessThanOrEqual(30_000);
        expect(left.get(there)).toBeLessThanOrEqual(10_000);
      }
    });

    it('holds a user as long as any pod does, and tells who is held by nobody any more', async () => {
      const user = randomUUID();
      await pair.one.hold([user], 30_000);
      await pair.other.hold([user], 30_000);
      await expect(pair.one.release([user])).resolves.toEqual([]);
      expect(await found([user])).toEqual([user]);
      await expect(pair.other.release([user])).resolves.toEqual([user]);
      expect(await found([user])).toEqual([]);
      await expect(pair.one.release([user])).resolves.toEqual([user]);
    });

    it('ends what is not renewed, and only that', async () => {
      const [renewed, dead] = [randomUUID(), randomUUID()];
      await pair.one.hold([renewed, dead], 300);
      await pair.one.hold([renewed], 30_000);
      while ((await found([dead])).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await found([renewed])).toEqual([renewed]);
    });

    it('ends what a dead pod held while another still holds the user', async () => {
      const user = randomUUID();
      await pair.one.hold([user], 200);
      await pair.other.hold([user], 30_000);
      await new Promise((resolve) => setTimeout(resolve, 250));
      await expect(pair.other.release([user])).resolves.toEqual([user]);
    });

    it('takes thousands at once, and nobody', async () => {
      const many = Array.from({ length: 2_500 }, () => randomUUID());
      await pair.one.hold(many, 30_000);
      expect(await found(many)).toHaveLength(2_500);
      await expect(pair.one.release(many)).resolves.toHaveLength(2_500);
      await pair.one.hold([], 30_000);
      await expect(pair.one.release([])).resolves.toEqual([]);
      expect(await found([])).toEqual([]);
    });
  });
}
