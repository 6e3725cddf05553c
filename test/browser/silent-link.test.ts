/** A path that goes silent, as a changed Wi-Fi makes it: what is open hears nothing any more, what is new passes. */
import type { Page } from 'playwright-core';
import { SystemUsers, type TestUser } from '../testing/system-users';
import { TcpProxy } from '../testing/tcp-proxy';
import { describeInChromium } from './testing/chromium';
import { openClientPage, type ClientWindow } from './testing/client-page';

const state = () => (window as unknown as ClientWindow).client.state;
const lastStatus = () => (window as unknown as ClientWindow).statuses.at(-1);
const contents = () => (window as unknown as ClientWindow).messages.map((message) => message.content);

describeInChromium('a client behind a link that goes silent', (chromium) => {
  const users = new SystemUsers(chromium.target);
  let proxy: TcpProxy;
  let alice: TestUser;
  let bob: TestUser;
  let opened: number;
  let silentUpTo: number;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    opened = 0;
    silentUpTo = 0;
    proxy = await TcpProxy.open(new URL(chromium.target.websockets[0]).host);
    proxy.watch = ({ connection }) => {
      opened = Math.max(opened, connection);
      return connection <= silentUpTo ? 'swallow' : 'forward';
    };
  });
  afterEach(async () => {
    await users.closeAll();
    await proxy.close();
  });

  const open = async (): Promise<Page> => {
    const { id: user_id, token, refreshToken: refresh_token } = alice;
    const session = { user_id, token, expires_in: 600, refresh_token };
    const page = await openClientPage(await chromium.profile(), `http://${proxy.address}`, session);
    await page.waitForFunction(() => (window as unknown as ClientWindow).client.state === 'online');
    return page;
  };
  /** Everything that is open now hears nothing from here on. */
  const goSilent = (): void => {
    silentUpTo = opened;
  };
  const say = async (content: string): Promise<void> => {
    const socket = await users.connect(bob);
    socket.send({ type: 'send', id: content, recipient_id: alice.id, content });
    await socket.next('accepted');
  };
  const until = async (page: Page, holds: () => boolean, withinMs: number): Promise<void> => {
    await page.waitForFunction(holds, undefined, { timeout: withinMs });
  };

  it('is not online within 35 s, and shows the message that came meanwhile within 40 s', async () => {
    const page = await open();
    goSilent();
    await say('meanwhile');
    const gone = () => (window as unknown as ClientWindow).statuses.some((status) => status.state === 'waiting');
    await until(page, gone, 35_000);
    await until(page, () => (window as unknown as ClientWindow).messages.length === 1, 40_000);
    expect(await page.evaluate(contents)).toEqual(['meanwhile']);
    expect(await page.evaluate(state)).toBe('online');
  }, 90_000);

  it('goes offline with the machine, and shows the message within 2 s of being online again', async () => {
    const page = await open();
    goSilent();
    await page.context().setOffline(true);
    await until(page, () => (window as unknown as ClientWindow).client.state !== 'online', 2_000);
    await say('meanwhile');
    const back = performance.now();
    await page.context().setOffline(false);
    await until(page, () => (window as unknown as ClientWindow).messages.length === 1, 2_000);
    expect(performance.now() - back).toBeLessThan(2_000);
    expect(await page.evaluate(contents)).toEqual(['meanwhile']);
  }, 60_000);

  it('leaves its connection when the page is frozen, and is back at once when it wakes', async () => {
    const page = await open();
    await page.evaluate(() => document.dispatchEvent(new Event('freeze')));
    expect(await page.evaluate(lastStatus)).toMatchObject({ state: 'waiting', reason: 'the page is frozen' });
    await say('meanwhile');
    await page.evaluate(() => document.dispatchEvent(new Event('resume')));
    await until(page, () => (window as unknown as ClientWindow).messages.length === 1, 2_000);
    expect(await page.evaluate(state)).toBe('online');
  }, 60_000);

  it('looks at its connection when the page is seen again, and stays on one that lives', async () => {
    const page = await open();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await say('still here');
    await until(page, () => (window as unknown as ClientWindow).messages.length === 1, 10_000);
    const states = () => (window as unknown as ClientWindow).statuses.map((status) => status.state);
    expect(await page.evaluate(states)).toEqual(['connecting', 'online']);
  }, 60_000);
});
