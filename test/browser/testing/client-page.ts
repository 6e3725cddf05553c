import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChatClient, ConnectionStatus, ReceivedMessage } from '@chat-app/client';
import type { BrowserContext, Page } from 'playwright-core';

/** What the page keeps for tests to look at. */
export interface ClientWindow {
  client: ChatClient;
  statuses: (ConnectionStatus & { at: number })[];
  messages: (ReceivedMessage & { at: number })[];
}

const PATH = '/client-test';
const SCRIPT = `
import { createChatClient } from '${PATH}/client.js';
window.begin = async (options) => {
  const client = await createChatClient(options);
  const statuses = [], messages = [];
  client.on('connection', (status) => statuses.push({ ...status, at: performance.now() }));
  client.on('message', (message) => messages.push({ ...message, at: performance.now() }));
  Object.assign(window, { client, statuses, messages });
};`;

let bundled: string | undefined;

function bundle(): string {
  if (bundled !== undefined) return bundled;
  const directory = mkdtempSync(join(tmpdir(), 'client-page-'));
  try {
    const file = join(directory, 'client.js');
    execFileSync(process.execPath, [resolve(__dirname, '../../../packages/client/bundle.mjs'), file]);
    return (bundled = readFileSync(file, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * A client in the page that the system serves, beside what the page does itself: on its origin and under its policy, which
 * allows no code compiled at run time. (Chromium lets no page that is made up reach an address of the machine.)
 */
export async function openClientPage(
  profile: BrowserContext,
  url: string,
  session: { user_id: string; token: string; expires_in: number; refresh_token: string },
): Promise<Page> {
  const page = await profile.newPage();
  const script = (body: string) => ({ contentType: 'text/javascript', body });
  await page.route(`**${PATH}/begin.js`, (route) => route.fulfill(script(SCRIPT)));
  await page.route(`**${PATH}/client.js`, (route) => route.fulfill(script(bundle())));
  await page.goto(url);
  await page.addScriptTag({ url: `${PATH}/begin.js`, type: 'module' });
  await page.waitForFunction(() => 'begin' in window);
  await page.evaluate((options) => (window as unknown as { begin(o: unknown): Promise<void> }).begin(options), {
    url,
    session,
  });
  return page;
}
