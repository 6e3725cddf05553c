import { describeInChromium } from './testing/chromium';
import { peopleForEachTest, type Person } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('reactions on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  const pick = async (person: Person, text: string): Promise<void> => {
    await person.message(text).hover();
    await person.message(text).getByRole('button', { name: 'React', exact: true }).click();
    await person.page.getByRole('dialog', { name: 'React' }).waitFor();
  };
  const chip = (person: Person, text: string, emoji: string) =>
    person.message(text).getByRole('list', { name: 'Reactions' }).getByRole('button', { name: emoji });

  it('are chosen, joined in and taken back, and seen by both at once and after a reload', async () => {
    const [alice, bob] = await people.register(2);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.writeTo(bob!);
    await hers.send('hello');
    await his.entry(alice!.username).click();
    await pick(his, 'hello');
    await his.page.getByRole('dialog', { name: 'React' }).getByRole('button', { name: '🎉' }).click();
    await hers
      .message('hello')
      .getByRole('button', { name: `🎉, 1 reaction: ${bob!.username}` })
      .click();
    for (const person of [hers, his]) {
      await person.message('hello').getByRole('button', { name: '🎉, 2 reactions: You, ' }).waitFor();
      expect(await chip(person, 'hello', '🎉').getAttribute('aria-pressed')).toBe('true');
      await person.page.reload();
      await person.message('hello').getByRole('button', { name: '🎉, 2 reactions: You, ' }).waitFor();
    }
    // The message stays read and the last of the list.
    expect(await his.page.locator('.badge').count()).toBe(0);
    await chip(his, 'hello', '🎉').click();
    await hers.message('hello').getByRole('button', { name: '🎉, 1 reaction: You' }).waitFor();
    hers.page.once('dialog', (dialog) => void dialog.accept());
    await hers.message('hello').hover();
    await hers.message('hello').getByRole('button', { name: 'What to do with this message' }).click();
    await hers.page.getByRole('menuitem', { name: 'Delete' }).click();
    await his.message('This message was deleted.').waitFor();
    await his.page.getByRole('list', { name: 'Reactions' }).waitFor({ state: 'detached' });
  });

  it('are chosen by the keyboard alone, typed where they are not offered, and kept while there is no network', async () => {
    const [alice, bob] = await people.register(2);
    const client = await people.client(alice!);
    await people.say(client, bob!, ['hello']);
    const his = await people.at(bob!);
    await his.entry(alice!.username).click();
    await his.message('hello').waitFor();
    const button = his.message('hello').getByRole('button', { name: 'React', exact: true });
    await button.focus();
    await his.page.keyboard.press('Enter');
    await his.page.keyboard.press('ArrowRight');
    await his.page.keyboard.press('Enter');
    await chip(his, 'hello', '❤️').waitFor();
    // The focus is back where it was.
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await his.page.context().setOffline(true);
    await pick(his, 'hello');
    await his.page.getByLabel('Another emoji').fill('🦉');
    await his.page.getByLabel('Another emoji').press('Enter');
    await chip(his, 'hello', '🦉').waitFor();
    const told = new Promise<void>((resolve) =>
      client.on('changed', ({ message }) => message.reactions?.['🦉'] !== undefined && resolve()),
    );
    await his.page.context().setOffline(false);
    await told;
    expect(await chip(his, 'hello', '🦉').getAttribute('aria-pressed')).toBe('true');
  });

  it('that are refused go again, and why is said', async () => {
    const [alice, bob] = await people.register(2);
    const client = await people.client(alice!);
    await people.say(client, bob!, ['hello']);
    const his = await people.at(bob!);
    await his.entry(alice!.username).click();
    const full = new Promise<void>((resolve) =>
      client.on('changed', ({ message }) => Object.keys(message.reactions ?? {}).length === 10 && resolve()),
    );
    for (const emoji of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
      await pick(his, 'hello');
      await his.page.getByLabel('Another emoji').fill(emoji);
      await his.page.getByLabel('Another emoji').press('Enter');
      await chip(his, 'hello', `${emoji}, 1 reaction`).waitFor();
    }
    await full;
    await pick(his, 'hello');
    await his.page.getByRole('dialog', { name: 'React' }).getByRole('button', { name: '👍' }).click();
    await his.page.getByText('There is no room for another reaction here.').waitFor();
    await chip(his, 'hello', '👍').waitFor({ state: 'detached' });
  });
});
