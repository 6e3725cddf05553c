import fc from 'fast-check';
import { FakeBrowser, type FakeTab } from '../../testing/fake-browser';
import { USER_2 } from '../../testing/fake-server';
import { InboxServer } from '../../testing/inbox-server';
import { memoryStorage, session } from '../../testing/recorded-client';
import type { ChatClient } from '../chat-client';
import { createTabClient } from './create-tab-client';

type Step = { do: 'send' | 'kill' | 'close'; tab: number } | { do: 'open' | 'cut' | 'receive' | 'kill leader' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), tab: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'receive' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'close' as const), tab: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ do: 'kill leader' as const }, { do: 'open' as const }, { do: 'cut' as const }),
  },
);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface OpenTab {
  readonly tab: FakeTab;
  readonly client: ChatClient;
  readonly shown: string[];
  /** What it sent itself, or took over to send. */
  readonly own: string[];
  /** How long the inbox was when it was first online. */
  since: number | undefined;
  missed: boolean;
}

/** Tabs of one browser, and a server that does its worst. */
class World {
  readonly browser = new FakeBrowser();
  readonly tabs: OpenTab[] = [];
  readonly sent: string[] = [];
  private readonly storage = memoryStorage();
  private count = 0;

  constructor(readonly server: InboxServer) {}

  async open(): Promise<void> {
    const tab = this.browser.open();
    const { storage } = this;
    const { client } = await createTabClient(
      {
        ...{ url: this.server.fake.url, session: session(), WebSocket: tab.WebSocket },
        ...{ confirmAfterMs: 5, reconnectBackoff: { firstMs: 5, maxMs: 20 }, sendBackoff: { firstMs: 5, maxMs: 20 } },
        storage: { ...storage, getItem: (key) => storage.items.get(key) ?? null },
      },
      tab,
      20,
    );
    // It may begin where a tab that was killed stopped: with what that left to be sent.
    const own = client.pending.map(({ content }) => content);
    const opened: OpenTab = { tab, client, shown: [], own, since: undefined, missed: false };
    client.on('message', ({ content }) => opened.shown.push(content));
    client.on('adopted', (entries) => opened.own.push(...entries.map(({ content }) => content)));
    client.on('connection', ({ state }) => {
      if (state === 'online') opened.since ??= this.server.inbox.length;
    });
    client.on('missed', () => (opened.missed = true));
    this.tabs.push(opened);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'send': {
        const { client, own } = this.tabs[step.tab % this.tabs.length]!;
        const content = `out ${(this.count += 1)}`;
        client.send({ recipient_id: USER_2, content });
        own.push(content);
        return void this.sent.push(content);
      }
      case 'receive':
        return this.server.message((this.count += 1));
      case 'open':
        return this.tabs.length < 4 ? this.open() : undefined;
      case 'cut':
        return this.server.cut();
      case 'kill leader':
        return this.remove(
          this.tabs.findIndex(({ tab }) => tab === this.browser.holder('.leader')),
          true,
        );
      case 'kill':
      case 'close':
        return this.remove(step.tab % this.tabs.length, step.do === 'kill');
    }
  }

  /** Ends a tab, never the last one. */
  private async remove(at: number, killed: boolean): Promise<void> {
    if (at < 0 || this.tabs.length < 2) return;
    const [{ tab, client }] = this.tabs.splice(at, 1) as [OpenTab];
    if (killed) tab.kill();
    await client.close();
  }
}

describe('the takeover of a shared connection', () => {
  it('loses nothing, sends nothing twice and tells every tab everything once, whoever goes when', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 10, maxLength: 40 }), async (seed, steps) => {
        const server = await InboxServer.start(seed);
        const world = new World(server);
        try {
          await world.open();
          await world.open();
          for (const each of steps) {
            await world.take(each);
            await pause(2);
          }
          const done = (): boolean =>
            server.accepted.length === world.sent.length &&
            world.tabs.every(({ client }) => client.pending.length === 0 && client.state === 'online') &&
            server.confirmed === server.inbox.length &&
            server.fake.openConnections === 1;
          for (let turn = 0; !done(); turn += 1) {
            if (turn > 500) throw new Error('it never came to rest');
            if (turn % 40 === 39) server.cut();
            else server.follow();
            await pause(5);
          }
          expect([...server.accepted].sort()).toEqual([...world.sent].sort());
          expect(server.wrongConfirmations).toBe(0);
          for (const { shown, own, missed, since } of world.tabs) {
            expect(new Set(shown).size).toBe(shown.length);
            if (missed) continue;
            const known = new Set([...shown, ...own]);
            expect(server.inbox.slice(since).filter(({ content }) => !known.has(content))).toEqual([]);
            told += 1;
          }
        } finally {
          await Promise.all(world.tabs.map(({ client }) => client.close()));
          await server.close();
        }
      }),
      { numRuns: 8 },
    );
    // Most takeovers are so quick that nobody has to read the history.
    expect(told).toBeGreaterThan(4);
  }, 60_000);
});
