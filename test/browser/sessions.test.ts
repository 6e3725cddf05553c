import type { Locator } from 'playwright-core';
import { call } from '../testing/system-users';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest, type Person } from './testing/people';
import { wireOf } from './testing/wire';

jest.setTimeout(120_000);

/** What the page and its client keep of their session. */
interface Kept {
  token: string;
  expires_in: number;
  refresh_token: string;
}
const KEY = 'chat-app.session';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-/;

describeInChromium('a session on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('is refused in plain words where name and password do not fit', async () => {
    const [alice] = await people.register(1);
    const hers = await people.open({ ...alice!, password: 'wrong-password' });
    await hers.page.getByLabel('User name').fill(alice!.username);
    await hers.page.getByLabel('Password').fill('wrong-password');
    await hers.page.getByRole('button', { name: 'Log in' }).click();
    await hers.page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
  });

  it('says in its own words what is missing in a form, and where', async () => {
    const [alice] = await people.register(1);
    const { page } = await people.open(alice!, { locale: 'de-DE' });
    const refusal = async (button: string): Promise<(string | null)[]> => {
      await page.getByRole('button', { name: button, exact: true }).click();
      const text = await page.getByRole('alert').textContent();
      return [text, await page.evaluate(() => document.activeElement?.getAttribute('name') ?? null)];
    };
    expect(await refusal('Anmelden')).toEqual(['Bitte den Benutzernamen eingeben.', 'username']);
    await page.getByLabel('Benutzername').fill(alice!.username);
    expect(await refusal('Anmelden')).toEqual(['Bitte das Passwort eingeben.', 'password']);
    await page.getByRole('button', { name: 'Neu hier?' }).click();
    await page.getByLabel('Passwort').fill('short');
    expect(await refusal('Konto anlegen')).toEqual(['Mindestens 8 Zeichen.', 'password']);
  });

  it('hides a password that is typed, lets it be pasted, and tells password managers which one it is', async () => {
    const [alice] = await people.register(1);
    const { page } = await people.open(alice!);
    const field = page.getByLabel('Password');
    expect([await field.getAttribute('type'), await field.getAttribute('autocomplete')]).toEqual([
      'password',
      'current-password',
    ]);
    await page.getByLabel('User name').fill(alice!.username);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate((password) => navigator.clipboard.writeText(password), alice!.password);
    await field.focus();
    await page.keyboard.press('ControlOrMeta+V');
    await page.keyboard.press('Enter');
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: /account/ }).click();
    expect([await field.getAttribute('type'), await field.getAttribute('autocomplete')]).toEqual([
      'password',
      'new-password',
    ]);
  });

  it.each([
    ['a desk', 1_200],
    ['a phone', 390],
  ])('offers to log out beside the conversations on %s, and from within one a step away', async (_, width) => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!, { viewport: { width, height: 800 } });
    const out = hers.page.getByRole('button', { name: 'Log out' });
    expect(await out.isVisible()).toBe(true);
    await hers.writeTo(bob!);
    if (!(await out.isVisible())) await hers.page.goBack();
    await out.click();
    await hers.page.getByLabel('Password').waitFor();
  });

  it('begins with a new account, and a taken name is refused', async () => {
    const [alice] = await people.register(1);
    const hers = await people.open(alice!);
    await hers.page.getByRole('button', { name: 'New here?' }).click();
    await hers.page.getByLabel('User name').fill(alice!.username);
    await hers.page.getByLabel('Password').fill('long-enough-1');
    await hers.page.getByRole('button', { name: 'Create account', exact: true }).click();
    await hers.page.getByRole('alert').filter({ hasText: 'This name is taken' }).waitFor();
    await hers.page.getByLabel('User name').fill(`${alice!.username}-2`);
    await hers.page.getByRole('button', { name: 'Create account', exact: true }).click();
    await hers.online();
  });

  it('asks for a password of the user where an operator set the one that is given', async () => {
    const [alice] = await people.register(1);
    const hers = await people.open(alice!);
    // What a server does whose operator reset the password.
    const sent: Record<string, string>[] = [];
    await hers.page.route('**/login', async (route) => {
      const { new_password, ...body } = route.request().postDataJSON() as Record<string, string>;
      if (new_password !== undefined) return route.continue({ postData: JSON.stringify(body) });
      sent.push(body);
      const error = { code: 'password_change_required', message: 'send new_password along', retryable: false };
      return route.fulfill({ status: 403, json: { error } });
    });
    await hers.page.getByLabel('User name').fill(alice!.username);
    await hers.page.getByLabel('Password', { exact: true }).fill(alice!.password);
    await hers.page.getByRole('button', { name: 'Log in' }).click();
    await hers.page.getByText('Choose one of your own').waitFor();
    await hers.page.getByLabel('New password').fill('one that nobody else knows');
    await hers.page.getByRole('button', { name: 'Log in' }).click();
    await hers.online();
    expect(sent).toHaveLength(1);
  });

  it('lists where one is logged in, and ends one session there or all of them', async () => {
    const [alice] = await people.register(1);
    const hers = await people.at(alice!);
    const elsewhere = [await people.at(alice!), await people.at(alice!)] as const;
    const open = () => hers.page.getByRole('button', { name: 'Where you are logged in' }).click();
    const rows = hers.page.getByRole('dialog').getByRole('listitem');
    await open();
    // Registering began a session too.
    await rows.nth(3).waitFor();
    expect(await rows.filter({ hasText: 'This device' }).count()).toBe(1);
    await hers.page
      .getByRole('button', { name: /^Log out: Chrome/ })
      .first()
      .click();
    const password = hers.page.getByLabel(/^Your password, to log out Chrome/);
    expect(await hasFocus(password)).toBe(true);
    await password.fill('not the password');
    await hers.page.getByRole('dialog').getByRole('button', { name: 'Log out', exact: true }).last().click();
    await hers.page.getByRole('alert').filter({ hasText: 'not your password' }).waitFor();
    await password.fill(alice!.password);
    await hers.page.getByRole('dialog').getByRole('button', { name: 'Log out', exact: true }).last().click();
    await rows.nth(3).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(3);
    // The last used one stands first.
    await elsewhere[1].page.getByText('Your session has ended').waitFor();
    await hers.page.getByRole('button', { name: 'Log out everywhere else' }).click();
    const passwordForAll = hers.page.getByLabel(/^Your password, to log out 2 other devices/);
    expect(await hasFocus(passwordForAll)).toBe(true);
    await passwordForAll.fill(alice!.password);
    await hers.page.getByRole('dialog').getByRole('button', { name: 'Log out', exact: true }).last().click();
    await elsewhere[0].page.getByText('Your session has ended').waitFor();
    await rows.nth(1).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1);
    await hers.online();
  });

  it('shows the name, never an id, after a reload with an expired token', async () => {
    const [alice] = await people.register(1);
    const hers = await people.at(alice!);
    await expire(hers);
    await hers.page.reload();
    await hers.page.locator('header.me strong').waitFor();
    expect(await hers.page.locator('header.me strong').textContent()).toBe(alice!.username);
    await hers.online();
    const header = await hers.page.locator('header.me').textContent();
    expect(header).toContain(alice!.username);
    expect(header).not.toMatch(UUID);
  });

  it('stays in a duplicated tab and in the first where both refresh', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    const second = await hers.page.context().newPage();
    // A duplicated tab begins with what the first one keeps.
    await second.goto(hers.page.url());
    await second.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    for (const page of [second, hers.page, second, hers.page]) {
      await expire({ page });
      await page.reload();
      await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    }
    await people.say(await people.client(bob!), alice!, ['to both']);
    for (const page of [second, hers.page]) await page.locator('a.entry').filter({ hasText: 'to both' }).waitFor();
    expect(await hers.page.getByLabel('Password').count()).toBe(0);
  });

  it('leaves no token in the browser after the log-out', async () => {
    const [alice] = await people.register(1);
    const hers = await people.at(alice!);
    await expire(hers);
    await hers.page.reload();
    await hers.online();
    await hers.page.getByRole('button', { name: 'Log out' }).click();
    await hers.page.getByLabel('Password').waitFor();
    const keys = await hers.page.evaluate(() => Object.keys(localStorage));
    expect(keys.filter((key) => key.startsWith(KEY))).toEqual([]);
  });

  it('keeps what was written offline while it ended, and sends it after the next log-in', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    const wire = await wireOf(hers);
    await hers.logIn();
    await hers.writeTo(bob!);
    await hers.send('before');
    await hers.page.locator('.message-state.stored').waitFor();
    await wire.cut();
    await hers.send('written offline');
    await hers.page.locator('.message-state.sending').waitFor();
    await hers.composer.fill('half a th');
    const { refresh_token } = await expire(hers);
    await call('POST', `${chromium.target.authentication}/logout`, { body: { refresh_token } });
    wire.repair();
    await hers.page.reload();
    await hers.page.getByText('what you wrote is kept').waitFor();
    await hers.logIn();
    await hers.message('written offline').waitFor();
    await hers.page.locator('article.own .message-state.stored').nth(1).waitFor();
    expect(await hers.composer.inputValue()).toBe('half a th');
    const his = await people.client(bob!);
    const { messages } = await his.conversations.history(people.conversationOf(alice!, bob!));
    expect(messages.map((one) => one.content)).toEqual(['before', 'written offline']);
  });
});

function hasFocus(field: Locator): Promise<boolean> {
  return field.evaluate((element) => element === document.activeElement);
}

/** Makes every access token that is kept one that is long over. @returns the newest tokens, as the tabs share them */
function expire({ page }: Pick<Person, 'page'>): Promise<Kept> {
  return page.evaluate((prefix) => {
    let newest: Kept | undefined;
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(prefix))) {
      const kept = JSON.parse(localStorage.getItem(key) ?? '') as Kept;
      const [head, claims = '', signature] = kept.token.split('.');
      const { sid } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { sid: string };
      const token = `${head}.${btoa(JSON.stringify({ exp: 1, sub: 'x', sid }))}.${signature}`;
      localStorage.setItem(key, JSON.stringify({ ...kept, token, expires_in: 0 }));
      if (key === `${prefix}.${sid}`) newest = kept;
    }
    if (newest === undefined) throw new Error('the tabs share no tokens');
    return newest;
  }, KEY);
}
