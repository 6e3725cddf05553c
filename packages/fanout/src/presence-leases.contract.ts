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
    beforeEach(async () => {
      pair = await open();
      for (const leases of [pair.one, pair.other]) await leases.renew(30_000);
    });
    afterEach(() => pair.close());
    const found = async (users: readonly string[]): Promise<string[]> => [...(await pair.other.find(users)).keys()];
    const over = async (user: string): Promise<void> => {
      while ((await found([user])).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    it('tells every pod who is held by any, and for how much longer', async () => {
      const [here, there, nowhere] = [randomUUID(), randomUUID(), randomUUID()];
      await pair.one.hold([here], 25_000);
      await pair.other.hold([there], 600_000);
      for (const leases of [pair.one, pair.other]) {
        const left = await leases.find([here, there, nowhere]);
        expect([...left.keys()].sort()).toEqual([here, there].sort());
        expect(left.get(here)?.leftMs).toBeGreaterThan(20_000);
        expect(left.get(here)?.leftMs).toBeLessThanOrEqual(25_000);
        // No longer than the lease of its pod.
        expect(left.get(there)?.leftMs).toBeGreaterThan(25_000);
        expect(left.get(there)?.leftMs).toBeLessThanOrEqual(30_000);
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

    it('ends all that a pod holds with its lease, and nothing of another pod', async () => {
      const [ofDead, ofOther, ofBoth] = [randomUUID(), randomUUID(), randomUUID()];
      await pair.one.hold([ofDead, ofBoth], 600_000);
      await pair.other.hold([ofOther, ofBoth], 600_000);
      await pair.one.renew(200);
      await over(ofDead);
      expect((await found([ofOther, ofBoth])).sort()).toEqual([ofOther, ofBoth].sort());
      await expect(pair.other.release([ofBoth])).resolves.toEqual([ofBoth]);
    });

    it('holds again what it held once a pod renews a lease that had ended', async () => {
      const user = randomUUID();
      await pair.one.hold([user], 600_000);
      await pair.one.renew(100);
      await over(user);
      await pair.one.renew(30_000);
      expect(await found([user])).toEqual([user]);
    });

    it('ends a hold that is not repeated, whatever the lease of its pod, and only that', async () => {
      const [forgotten, repeated] = [randomUUID(), randomUUID()];
      await pair.one.hold([forgotten, repeated], 200);
      await pair.one.hold([repeated], 30_000);
      await over(forgotten);
      expect(await found([repeated])).toEqual([repeated]);
    });

    it('names the pods that hold a user, and those whose lease holds', async () => {
      const user = randomUUID();
      await pair.one.hold([user], 600_000);
      const one = (await pair.other.find([user])).get(user)?.pods ?? [];
      expect(one).toHaveLength(1);
      await pair.other.hold([user], 600_000);
      const both = (await pair.one.find([user])).get(user)?.pods ?? [];
      expect(new Set(both).size).toBe(2);
      expect(both).toContain(one[0]);
      expect([...(await pair.one.findPods())]).toEqual(expect.arrayContaining([...both]));
      await pair.one.renew(100);
      while ((await pair.other.findPods()).has(one[0] ?? '')) await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await pair.other.find([user])).get(user)?.pods).toEqual(both.filter((pod) => pod !== one[0]));
    });

    it('tells a pod whether it was known', async () => {
      const fresh = await open();
      await expect(fresh.one.renew(30_000)).resolves.toBe(false);
      await expect(fresh.one.renew(30_000)).resolves.toBe(true);
      await fresh.close();
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
