import { InboxServer } from '../testing/inbox-server';
import { USER_2 } from '../testing/fake-server';
import { memoryStorage, startClient, type RecordedClient } from '../testing/recorded-client';

const COUNT = 40;

const eventually = async (holds: () => boolean, between: () => void): Promise<void> => {
  for (let attempt = 0; !holds(); attempt += 1) {
    if (attempt > 1_000) throw new Error('it never came to that');
    between();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('a client on a network that does its worst', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'loses nothing, shows nothing twice and keeps every order, restarts included (seed %i)',
    async (seed) => {
      const server = await InboxServer.start(seed);
      const storage = memoryStorage();
      const shown: string[] = [];
      let started: RecordedClient | undefined;
      const restart = async (): Promise<RecordedClient> => {
        await started?.client.close();
        started = await startClient(server.fake.url, { storage, confirmAfterMs: 5 });
        started.client.on('message', (message) => shown.push(message.content));
        return started;
      };
      try {
        let { client } = await restart();
        for (let n = 0; n < COUNT; n += 1) {
          client.send({ recipient_id: USER_2, content: `out ${n}` });
          server.message(n);
          if (n % 10 === 9) ({ client } = await restart());
          await new Promise((resolve) => setTimeout(resolve, 3));
        }
        const current = client;
        const through = (): boolean => current.pending.length === 0 && shown.length >= COUNT;
        await eventually(through, () => server.follow());
        // A confirmation that the server lost comes again with the next connection, which shows nothing twice.
        let turn = 0;
        await eventually(
          () => server.confirmed === server.inbox.length,
          () => (++turn % 20 === 0 ? server.cut() : server.follow()),
        );
        const numbers = Array.from({ length: COUNT }, (_, n) => n);
        expect(server.accepted).toEqual(numbers.map((n) => `out ${n}`));
        expect([...shown].sort()).toEqual(numbers.map((n) => `in ${n}`).sort());
        expect(server.wrongConfirmations).toBe(0);
        expect(server.inbox).toHaveLength(2 * COUNT);
      } finally {
        await started?.client.close();
        await server.close();
      }
    },
  );
});
