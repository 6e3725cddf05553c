import type { BrowserContext } from 'playwright-core';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(60_000);

/** What the test sees of a page that believes it may notify, and may be told that nobody looks at it. */
interface Watched {
  isHidden: boolean;
  notified: { title: string; body: string; click(): void }[];
}

/** Chromium without a screen shows no notification: this takes down what the page asks it to show. */
async function watchNotifications(profile: BrowserContext): Promise<void> {
  await profile.addInitScript(() => {
    const watched: Watched = { isHidden: false, notified: [] };
    Object.assign(window, { watched });
    Object.defineProperty(document, 'visibilityState', { get: () => (watched.isHidden ? 'hidden' : 'visible') });
    class Recorded {
      static permission = 'granted';
      onclick: () => void = () => undefined;
      constructor(title: string, { body }: { body: string }) {
        watched.notified.push({ title, body, click: () => this.onclick() });
      }
      close(): void {}
    }
    Object.defineProperty(window, 'Notification', { value: Recorded, writable: true });
  });
}

/** A name as a title bears it: it turns nothing around it. */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

describeInChromium('what a page says while one is elsewhere', (chromium) => {
  const people = peopleForEachTest(chromium);

  const begin = async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    await watchNotifications(hers.page.context());
    await hers.page.reload();
    await hers.logIn();
    const hide = (page = hers.page): Promise<void> =>
      page.evaluate(() => {
        (window as unknown as { watched: Watched }).watched.isHidden = true;
        document.dispatchEvent(new Event('visibilitychange'));
      });
    const notified = (page = hers.page): Promise<[string, string][]> =>
      page.evaluate(() =>
        (window as unknown as { watched: Watched }).watched.notified.map(({ title, body }) => [title, body]),
      );
    return { alice: alice!, bob: bob!, hers, his: await people.client(bob!), hide, notified };
  };

  it('notifies of what comes while it is not seen, and opens the conversation by a click', async () => {
    const { alice, bob, hers, his, hide, notified } = await begin();
    await people.say(his, alice, ['seen']);
    await hers.entry(bob.username).filter({ hasText: 'seen' }).waitFor();
    expect(await notified()).toEqual([]);
    await hide();
    await people.say(his, alice, ['unseen']);
    await hers.page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.notified.length > 0);
    expect(await notified()).toEqual([[isolated(bob.username), 'unseen']]);
    await hers.page.evaluate(() => (window as unknown as { watched: Watched }).watched.notified[0]?.click());
    await hers.page.getByRole('heading', { name: bob.username }).waitFor();
  });

  it('names the group of what was said in one', async () => {
    const { alice, bob, hers, his, hide, notified } = await begin();
    const { conversation_id } = await his.conversations.createGroup('Hiking', [alice.id]);
    his.send({ conversation_id, content: 'hello' });
    await hers.entry('Hiking').locator('.sender').getByText(bob.username).waitFor();
    await hide();
    his.send({ conversation_id, content: 'who comes along?' });
    await hers.page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.notified.length > 0);
    expect(await notified()).toEqual([[`${isolated(bob.username)}, ${isolated('Hiking')}`, 'who comes along?']]);
  });

  it('goes on where the browser leaves notifications to a service worker', async () => {
    const { alice, bob, hers, his, hide } = await begin();
    const errors: string[] = [];
    hers.page.on('pageerror', ({ message }) => errors.push(message));
    await hers.page.evaluate(() => {
      class Illegal {
        static permission = 'granted';
        constructor() {
          document.documentElement.dataset['asked'] = 'true';
          throw new TypeError('Illegal constructor');
        }
      }
      Object.assign(window, { Notification: Illegal });
    });
    await hide();
    await people.say(his, alice, ['unseen']);
    await hers.page.locator('html[data-asked]').waitFor({ state: 'attached' });
    await hers.entry(bob.username).filter({ hasText: 'unseen' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('says nothing where another tab is looked at', async () => {
    const { alice, bob, hers, his, hide, notified } = await begin();
    const other = await hers.page.context().newPage();
    await other.goto(hers.page.url());
    await other.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    await hide();
    await people.say(his, alice, ['seen in the other']);
    await hers.entry(bob.username).filter({ hasText: 'seen in the other' }).waitFor();
    expect(await notified()).toEqual([]);
    await hide(other);
    await people.say(his, alice, ['seen nowhere']);
    await hers.page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.notified.length > 0);
    expect(await notified()).toEqual([[isolated(bob.username), 'seen nowhere']]);
  });

  it('puts a dot on its icon while something is unread', async () => {
    const { alice, bob, hers, his } = await begin();
    const icon = (): Promise<string | null> => hers.page.locator('link[rel="icon"]').getAttribute('href');
    const plain = await icon();
    await people.say(his, alice, ['unread']);
    await hers.page.waitForFunction(() => document.title.startsWith('(1)'));
    expect(await icon()).toContain('circle');
    await hers.entry(bob.username).click();
    await hers.page.waitForFunction(() => !document.title.startsWith('('));
    expect(await icon()).toBe(plain);
  });
});
