import { randomBytes } from 'node:crypto';
import type { BrowserContextOptions } from 'playwright-core';
import type { Browser } from '../browser/testing/chromium';
import { Person, type Account } from '../browser/testing/people';

/** Somebody who has never been here, and what their browser asked for and complained of. */
export class Visitor extends Person<Account> {
  readonly asked: string[] = [];
  /** Errors of the page, what its policy let not in, and answers that refuse: `404 https://…`. */
  readonly complaints: string[] = [];

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const page = await browser.page({ locale: 'en-GB', ignoreHTTPSErrors: true, ...options });
    page.setDefaultTimeout(30_000);
    const account = { username: `v-${randomBytes(8).toString('hex')}`, password: randomBytes(12).toString('hex') };
    const visitor = new Visitor(account, page);
    visitor.listen();
    await page.goto(url);
    return visitor;
  }

  private listen(): void {
    const ask = (url: string): void => void (url.startsWith('data:') || this.asked.push(url));
    this.page.on('request', (request) => ask(request.url()));
    this.page.on('websocket', (socket) => ask(socket.url().replace(/^ws/, 'http')));
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()} ${response.url()}`);
    });
    this.page.on('console', (said) => {
      const isRefusal = said.text().startsWith('Failed to load resource');
      if (said.type() === 'error' && !isRefusal) this.complaints.push(said.text());
    });
  }
}
