import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(90_000);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious on a page. */
async function serious(page: Page): Promise<string[]> {
  // By the debugger: the page's own policy lets no other script in.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run().then(({ violations }) => JSON.stringify(violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ': ' + failureSummary))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return JSON.parse(String(result.value)) as string[];
}

describeInChromium('access to the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it.each(['light', 'dark'] as const)('has nothing that axe finds serious in its %s theme', async (colorScheme) => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!, { colorScheme });
    expect(await serious(hers.page)).toEqual([]);
    await hers.logIn();
    const his = await people.client(bob!);
    await people.say(his, alice!, ['hello', 'see https://example.org']);
    await hers.entry(bob!.username).waitFor();
    expect(await serious(hers.page)).toEqual([]);
    await hers.entry(bob!.username).click();
    await hers.send('my answer');
    await hers.page.locator('.message-state.stored').waitFor();
    expect(await serious(hers.page)).toEqual([]);
    await hers.page.getByRole('button', { name: 'New group' }).click();
    expect(await serious(hers.page)).toEqual([]);
    await hers.page.getByLabel('Name of the group').fill('Group');
    await hers.page.getByRole('button', { name: 'Create' }).click();
    await hers.page.getByRole('button', { name: 'Details of the group' }).click();
    await hers.page.getByText('1 member').waitFor();
    expect(await serious(hers.page)).toEqual([]);
  });

  it('can be used by keyboard alone, and keeps the focus where it is when a message comes', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    await hers.page.getByLabel('User name').focus();
    await hers.page.keyboard.type(alice!.username);
    await hers.page.keyboard.press('Tab');
    await hers.page.keyboard.type(alice!.password);
    await hers.page.keyboard.press('Enter');
    await hers.online();
    await hers.page.getByRole('searchbox').focus();
    await hers.page.keyboard.type(bob!.username);
    await hers.page.keyboard.press('Enter');
    await hers.page.locator('textarea:focus').waitFor();
    await hers.page.keyboard.type('see https://example.org/first');
    await hers.page.keyboard.press('Enter');
    await hers.message('first').waitFor();
    await hers.page.locator('.message-state.stored').waitFor();
    await hers.page.locator('.content a').focus();
    await people.say(
      await people.client(bob!),
      alice!,
      Array.from({ length: 30 }, (_, index) => `more ${index}`),
    );
    await hers.message('more 29').waitFor();
    expect(await hers.page.evaluate(() => document.activeElement?.textContent)).toBe('https://example.org/first');
  });

  it('shows the list or the conversation, not both, on a screen 390 pixels wide', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!, { viewport: { width: 390, height: 800 } });
    const [list, pane] = [hers.page.locator('.list-pane'), hers.page.locator('.conversation-pane')];
    expect([await list.isVisible(), await pane.isVisible()]).toEqual([true, false]);
    await hers.writeTo(bob!);
    await hers.send('hello');
    expect([await list.isVisible(), await pane.isVisible()]).toEqual([false, true]);
    expect(await hers.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await hers.page.getByRole('link', { name: 'Back to the list' }).click();
    expect([await list.isVisible(), await pane.isVisible()]).toEqual([true, false]);
  });

  it.each(['light', 'dark'] as const)('turns around for who reads from right to left, %s', async (colorScheme) => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!, { colorScheme, viewport: { width: 1_000, height: 700 } });
    await people.say(await people.client(bob!), alice!, ['שלום']);
    await hers.entry(bob!.username).click();
    await hers.send('my answer');
    await hers.page.evaluate(() => (document.documentElement.dir = 'rtl'));
    const leftOf = async (selector: string): Promise<number> =>
      (await hers.page.locator(selector).first().boundingBox())?.x ?? NaN;
    expect(await leftOf('.list-pane')).toBeGreaterThan(await leftOf('.conversation-pane'));
    expect(await leftOf('article.own .bubble')).toBeLessThan(await leftOf('article.other .bubble'));
    const { scrolls, width } = await hers.page.evaluate(() => ({
      scrolls: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    }));
    expect(scrolls).toBeLessThanOrEqual(width);
    expect(await serious(hers.page)).toEqual([]);
  });

  it('speaks German to those who do', async () => {
    const [alice] = await people.register(1);
    const hers = await people.open(alice!, { locale: 'de-DE' });
    await hers.page.getByLabel('Benutzername').waitFor();
    expect(await hers.page.evaluate(() => document.documentElement.lang)).toBe('de');
  });

  it('works below a path', async () => {
    const [alice, bob] = await people.register(2);
    const { url, close } = await below('/chat', chromium.target.authentication);
    try {
      const hers = await people.at(alice!, {}, `${url}/chat`);
      await hers.writeTo(bob!);
      await hers.send('below a path');
      await hers.page.locator('.message-state.stored').waitFor();
    } finally {
      await close();
    }
  });
});

/** A proxy that serves the system below a path, and nothing beside it. */
async function below(path: string, target: string): Promise<{ url: string; close: () => Promise<void> }> {
  const { hostname, port } = new URL(target);
  const inner = (url = ''): string | undefined => (url.startsWith(`${path}/`) ? url.slice(path.length) : undefined);
  const server = createServer((request, response) => {
    const url = inner(request.url);
    if (url === undefined) return void response.writeHead(404).end();
    const { method, headers } = request;
    const onward = httpRequest({ hostname, port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('upgrade', (request, socket, head: Buffer) => {
    const url = inner(request.url);
    if (url === undefined) return void socket.destroy();
    const onward = connect(Number(port), hostname, () => {
      const lines = request.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
      onward.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const) {
      one.on('error', () => one.destroy());
      one.on('close', () => other.destroy());
    }
  });
  // A server lets go of a connection that was upgraded, and yet waits for its end.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
