import { createChatClient, directConversationId, type ChatClient } from '@chat-app/client';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { SystemUsers, type TestUser } from '../../testing/system-users';
import type { Chromium } from './chromium';

/** What one logs in with. */
export interface Account {
  username: string;
  password: string;
}

/** A user at a page of their own. */
export class Person<User extends Account = TestUser> {
  constructor(
    readonly user: User,
    readonly page: Page,
  ) {}

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get messages(): Locator {
    return this.page.getByRole('region', { name: 'Messages' });
  }

  /** A message by its text. */
  message(text: string): Locator {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  /** The entry of the list about another user or a group. */
  entry(title: string): Locator {
    return this.page.locator('a.entry').filter({ hasText: title });
  }

  async logIn(): Promise<void> {
    await this.fillIn();
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.online();
  }

  /** Makes the account that they log in with from then on. */
  async register(): Promise<void> {
    await this.page.getByRole('button', { name: 'New here? Create an account' }).click();
    await this.fillIn();
    await this.page.getByRole('button', { name: 'Create account', exact: true }).click();
    await this.online();
  }

  private async fillIn(): Promise<void> {
    await this.page.getByLabel('User name').fill(this.user.username);
    await this.page.getByLabel('Password').fill(this.user.password);
  }

  async online(): Promise<void> {
    await this.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  }

  /** Opens the conversation with another user by name. */
  async writeTo(other: Account): Promise<void> {
    const find = this.page.getByRole('searchbox');
    await find.fill(other.username);
    await find.press('Enter');
    await this.page.getByRole('heading', { name: other.username }).waitFor();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.message(text).first().waitFor();
  }

  /** The texts that are in the document, from top to bottom. */
  async shown(): Promise<string[]> {
    return this.page.locator('article .content').allTextContents();
  }
}

/** Users with pages and users with clients, for each test. */
export function peopleForEachTest(chromium: Chromium) {
  const users = new SystemUsers(chromium.target);
  const clients: ChatClient[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

  const open = async (user: TestUser, options: BrowserContextOptions = {}, url = chromium.target.authentication) => {
    const profile: BrowserContext = await chromium.profile({ locale: 'en-GB', ...options });
    const page = await profile.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${url}/`);
    return new Person(user, page);
  };
  return {
    register: async (count: number): Promise<TestUser[]> => users.registerMany(count),
    /** A page that asks who one is. */
    open,
    /** A page on which the user is logged in. */
    async at(user: TestUser, options: BrowserContextOptions = {}, url?: string): Promise<Person> {
      const person = await open(user, options, url);
      await person.logIn();
      return person;
    },
    /** A client of this user without a page. */
    async client(user: TestUser): Promise<ChatClient> {
      const { authentication, persistence, websockets } = chromium.target;
      const client = await createChatClient({
        url: authentication,
        persistenceUrl: persistence,
        websocketUrl: `${websockets[0]}/ws`,
        credentials: { username: user.username, password: user.password },
        WebSocket,
      });
      clients.push(client);
      return client;
    },
    /** Sends texts one after the other; resolves once the last is stored. */
    async say(client: ChatClient, to: TestUser, texts: readonly string[]): Promise<void> {
      const sent = texts.map((content) => client.send({ recipient_id: to.id, content }));
      const last = sent.at(-1);
      if (last !== undefined) await client.settle(last.id, 'stored');
    },
    conversationOf: (one: TestUser, other: TestUser): string => directConversationId(one.id, other.id),
  };
}
