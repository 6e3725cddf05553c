/**
 * `npm run screenshots`: the pictures of the README, taken anew of the page as it is. Starts a standalone of its own on free
 * data, has a few people talk, and looks at it with Chromium. Ports from SCREENSHOTS_PORT (default 38080) on.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from '../processes/find-chromium';
import { ServiceProcess } from '../processes/service-process';
import { credentialsOf, holdTalk, moveToPast, registerPeople, returnPeople, type People } from './hold-talk';
import { READER } from './talk';

const ROOT = resolve(__dirname, '..', '..');
const IMAGES = resolve(ROOT, process.argv[2] ?? join('docs', 'images'));
const PORT = Number(process.env['SCREENSHOTS_PORT'] ?? 38_080);
const URL = `http://127.0.0.1:${PORT}`;

const WIDE: BrowserContextOptions = { viewport: { width: 1180, height: 760 } };
const NARROW: BrowserContextOptions = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true };

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'screenshots-'));
  try {
    const data = join(directory, 'data');
    const names: string[] = [];
    let ids: string[] = [];
    await withStandalone(directory, async () => {
      const people = await registerPeople(URL);
      names.push(...people.keys());
      ids = await holdTalk(people).finally(() => closeAll(people));
    });
    await moveToPast(data, ids);
    await withStandalone(directory, async () => {
      const people = await returnPeople(
        URL,
        names.filter((name) => name !== READER && name !== 'Elena'),
      );
      await takeAll(people).finally(() => closeAll(people));
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function withStandalone(directory: string, work: () => Promise<void>): Promise<void> {
  const standalone = new ServiceProcess({
    name: 'standalone',
    script: join(ROOT, 'standalone', 'dist', 'main.js'),
    environment: {
      DATA_DIRECTORY: join(directory, 'data'),
      PORT: String(PORT),
      AUTHENTICATION_PORT: String(PORT + 1),
      PERSISTENCE_PORT: String(PORT + 2),
      DEMO_USERS: 'false',
      INVITATIONS: 'at_once',
    },
    managementPort: PORT + 3,
    logDirectory: directory,
  });
  try {
    await standalone.ready();
    await work();
  } finally {
    await standalone.stop();
  }
}

async function closeAll(people: People): Promise<void> {
  await Promise.all([...people.values()].map((client) => client.close()));
}

async function takeAll(people: People): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('there is no Chromium; CHROMIUM names one');
  mkdirSync(IMAGES, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    await picture(browser, 'page-list', WIDE, {});
    await picture(browser, 'page-conversation', WIDE, { open: 'Jonas', typist: people });
    await picture(browser, 'page-group', WIDE, { open: 'Saturday hike' });
    await picture(browser, 'page-dark', { ...WIDE, colorScheme: 'dark' }, { open: 'Saturday hike' });
    await picture(browser, 'page-narrow-list', NARROW, {});
    await picture(browser, 'page-narrow', NARROW, { open: 'Jonas' });
  } finally {
    await browser.close();
  }
}

interface Scene {
  /** The entry of the list that is opened. */
  open?: string;
  /** Of these people, the one of the conversation types. */
  typist?: People;
}

async function picture(browser: Browser, name: string, options: BrowserContextOptions, scene: Scene): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${URL}/`);
    await signIn(page);
    if (scene.open !== undefined) await open(page, scene.open);
    if (scene.typist !== undefined) await typing(page, scene.typist, scene.open ?? '');
    // Where the mouse was last something looks chosen.
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
    console.log(`${name}.png`);
  } finally {
    await context.close();
  }
}

async function signIn(page: Page): Promise<void> {
  const { username, password } = credentialsOf(READER);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  await page.locator('a.entry').nth(5).waitFor();
  // Presence comes with the first answer to whom one watches.
  await page.locator('.presence').first().waitFor({ state: 'attached' });
}

async function open(page: Page, title: string): Promise<void> {
  await page.locator('a.entry').filter({ hasText: title }).first().click();
  await page.getByRole('heading', { name: title }).waitFor();
  await page.getByRole('article').last().waitFor();
  await page.locator('article .reaction').first().waitFor();
  // What others read is told a little later.
  await page.locator('.message-state.read').last().waitFor();
}

async function typing(page: Page, people: People, name: string): Promise<void> {
  const [typist, reader] = [people.get(name), await page.evaluate(() => location.hash.slice('#/c/'.length))];
  if (typist === undefined) throw new Error(`nobody is called ${name}`);
  typist.typing(reader);
  await page.getByText(`${name} is typing`).first().waitFor();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
