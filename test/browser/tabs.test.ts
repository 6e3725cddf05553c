import type { BrowserContext, Page } from 'playwright-core';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest, Person } from './testing/people';
import { wireOf, type Wire } from './testing/wire';

jest.setTimeout(90_000);

/** A chat server's socket that a page opened, as the browser tells of it. */
interface Sockets {
  /** Open ones of all pages of the profile. */
  readonly open: number;
  /** The page whose socket it is, where there is exactly one. */
  readonly holder: Page | undefined;
}

/** Counts the sockets of each page of a profile, those that it opens from now on. */
function countSockets(profile: BrowserContext): Sockets {
  const open = new Map<object, Page>();
  const watch = (page: Page): void => {
    page.on('websocket', (socket) => {
      open.set(socket, page);
      socket.on('close', () => open.delete(socket));
    });
    page.on('close', () => {
      for (const [socket, of] of [...open]) if (of === page) open.delete(socket);
    });
  };
  profile.pages().forEach(watch);
  profile.on('page', watch);
  return {
    get open() {
      return open.size;
    },
    get holder() {
      return open.size === 1 ? [...open.values()][0] : undefined;
    },
  };
}

const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  for (let attempt = 0; !(await holds()); attempt += 1) {
    if (attempt > 200) throw new Error(`it never came to that: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describeInChromium('several tabs of one browser', (chromium) => {
  const people = peopleForEachTest(chromium);

  /** A user's tabs: the first logs in, the others find the session. */
  const tabsOf = async (count: number, prepare?: (first: Person) => Promise<void>) => {
    const [alice, bob] = await people.register(2);
    const first = await people.open(alice!);
    const profile = first.page.context();
    const sockets = countSockets(profile);
    await prepare?.(first);
    await first.logIn();
    const tabs = [first];
    while (tabs.length < count) {
      const page = await profile.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(first.page.url());
      const tab = new Person(alice!, page);
      await tab.online();
      tabs.push(tab);
    }
    return { alice: alice!, bob: bob!, tabs, sockets };
  };

  it('share one socket, and all show what one of them sends and what comes', async () => {
    const { alice, bob, tabs, sockets } = await tabsOf(3);
    expect(sockets.open).toBe(1);
    for (const tab of tabs) await tab.writeTo(bob);
    await tabs[2]!.send('from the third');
    await tabs[2]!.page.locator('.message-state.stored').waitFor();
    for (const tab of tabs) await tab.message('from the third').waitFor();
    await tabs[0]!.page.locator('.message-state.stored').waitFor();
    const his = await people.client(bob);
    await people.say(his, alice, ['an answer']);
    for (const tab of tabs) await tab.message('an answer').waitFor();
    expect(sockets.open).toBe(1);
    const { messages } = await his.conversations.history(people.conversationOf(alice, bob));
    expect(messages.map(({ content }) => content)).toEqual(['from the third', 'an answer']);
  });

  it('go on without the one that held the socket: what is sent then arrives within two seconds', async () => {
    const { alice, bob, tabs, sockets } = await tabsOf(2);
    const his = await people.client(bob);
    const arrived: { content: string; at: number }[] = [];
    his.on('message', ({ content }) => arrived.push({ content, at: Date.now() }));
    const holder = tabs.find(({ page }) => page === sockets.holder);
    const other = tabs.find(({ page }) => page !== sockets.holder);
    if (holder === undefined || other === undefined) throw new Error('one of the two holds the socket');
    await other.writeTo(bob);
    const sentAt = Date.now();
    await Promise.all([holder.page.close(), other.send('is anybody there')]);
    await until(() => arrived.length === 1, 'the message arrives');
    expect(arrived[0]!.at - sentAt).toBeLessThan(2_000 * slowness());
    await other.page.locator('.message-state.stored').waitFor();
    await people.say(his, alice, ['yes']);
    await other.message('yes').waitFor();
    expect([sockets.open, sockets.holder === other.page]).toEqual([1, true]);
    const { messages } = await his.conversations.history(people.conversationOf(alice, bob));
    expect(messages.map(({ content }) => content)).toEqual(['is anybody there', 'yes']);
  });

  it('send what a closed tab left unsent', async () => {
    let link: Wire | undefined;
    const { bob, tabs } = await tabsOf(2, async (first) => {
      link = await wireOf(first);
    });
    const [holder, other] = [tabs[0]!, tabs[1]!];
    await other.writeTo(bob);
    await link?.cut();
    await other.send('written offline');
    await other.page.locator('.message-state.sending').waitFor();
    await other.page.close();
    link?.repair();
    const his = await people.client(bob);
    const conversation = people.conversationOf(other.user, bob);
    await until(async () => {
      const { messages } = await his.conversations.history(conversation).catch(() => ({ messages: [] }));
      return messages.some(({ content }) => content === 'written offline');
    }, 'the message of the closed tab is stored');
    await holder.entry(bob.username).filter({ hasText: 'written offline' }).waitFor();
  });

  it('are all signed out by a log-out in one of them', async () => {
    const { tabs } = await tabsOf(3);
    await tabs[1]!.page.getByRole('button', { name: 'Log out' }).click();
    for (const { page } of tabs) await page.getByLabel('Password').waitFor();
    const keys = await tabs[0]!.page.evaluate(() => Object.keys(localStorage));
    expect(keys.filter((key) => key.startsWith('chat-app.session'))).toEqual([]);
  });

  it('have a socket each where the browser has no Web Locks', async () => {
    const [alice] = await people.register(1);
    const first = await people.open(alice!);
    const profile = first.page.context();
    await profile.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
    const sockets = countSockets(profile);
    await first.page.reload();
    await first.logIn();
    const page = await profile.newPage();
    await page.goto(first.page.url());
    await new Person(alice!, page).online();
    expect(sockets.open).toBe(2);
  });
});

/** Machines that test others' work at the same time are slow: there the bound is for people, not for them. */
function slowness(): number {
  return process.env['CI'] === 'true' ? 2 : 1;
}
