import { register } from '@chat-app/client';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest, type Person } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('editing and deleting on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  const choose = async (person: Person, text: string, item: string): Promise<void> => {
    await person.message(text).hover();
    await person.message(text).getByRole('button', { name: 'What to do with this message' }).click();
    await person.page.getByRole('menuitem', { name: item }).click();
  };
  /** Somebody at a conversation in which one own message is stored. */
  const whoSaid = async (text: string): Promise<Person> => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    await hers.send(text);
    await hers.page.locator('.message-state.stored').waitFor();
    return hers;
  };

  it('is done from a message’s menu, and seen by the other at once and after a reload', async () => {
    const [alice, bob] = await people.register(2);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.writeTo(bob!);
    await hers.send('helo');
    await his.entry(alice!.username).click();
    await his.message('helo').waitFor();
    await hers.composer.fill('a draft');
    await choose(hers, 'helo', 'Edit');
    expect(await hers.composer.inputValue()).toBe('helo');
    await hers.composer.fill('hello');
    await hers.composer.press('Enter');
    await his.message('hello').getByText('edited').waitFor();
    await hers.message('hello').getByText('edited').waitFor();
    expect(await hers.composer.inputValue()).toBe('a draft');
    hers.page.once('dialog', (dialog) => void dialog.accept());
    await choose(hers, 'hello', 'Delete');
    for (const person of [hers, his]) {
      await person.message('This message was deleted.').waitFor();
      expect(await person.shown()).toEqual(['This message was deleted.']);
      await person.page.reload();
      await person.message('This message was deleted.').waitFor();
      await person.entry('This message was deleted.').waitFor();
    }
  });

  it('keeps an edit that is half written over a reload, until it is given up', async () => {
    const hers = await whoSaid('helo');
    await choose(hers, 'helo', 'Edit');
    await hers.composer.fill('hello, and so');
    await hers.page.reload();
    await hers.page.getByText('You are editing a message.').waitFor();
    expect(await hers.composer.inputValue()).toBe('hello, and so');
    await hers.composer.press('Escape');
    expect(await hers.composer.inputValue()).toBe('');
    await hers.page.reload();
    await hers.message('helo').waitFor();
    await hers.page.locator('.message-state.stored').waitFor();
    expect(await hers.composer.inputValue()).toBe('');
  });

  it('leaves alone what is begun before the message of a kept edit is there', async () => {
    const hers = await whoSaid('helo');
    await choose(hers, 'helo', 'Edit');
    await hers.composer.fill('hello, and so');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await hers.page.route(/\/messages\?/, async (route) => {
      await released;
      await route.continue();
    });
    await hers.page.reload();
    await hers.composer.fill('something new');
    expect(await hers.shown()).toEqual([]);
    release();
    await hers.page.locator('.message-state.stored').waitFor();
    expect(await hers.composer.inputValue()).toBe('something new');
    await hers.composer.press('Enter');
    await hers.message('something new').waitFor();
    expect(await hers.shown()).toEqual(['helo', 'something new']);
    await choose(hers, 'helo', 'Edit');
    expect(await hers.composer.inputValue()).toBe('hello, and so');
  });

  it('leaves the keyboard among the messages when one is deleted', async () => {
    const hers = await whoSaid('too much');
    hers.page.once('dialog', (dialog) => void dialog.accept());
    await hers.message('too much').getByRole('button', { name: 'What to do with this message' }).focus();
    for (const key of ['Enter', 'ArrowDown', 'ArrowDown', 'Enter']) await hers.page.keyboard.press(key);
    await hers.message('This message was deleted.').waitFor();
    expect(await hers.messages.evaluate((region) => region.contains(document.activeElement))).toBe(true);
  });

  it('is offered for one’s own messages, and to owners of a group for all', async () => {
    const [alice, bob] = await people.register(2);
    const client = await people.client(alice!);
    const { conversation_id } = await client.conversations.createGroup('the group', [bob!.id]);
    const { id } = client.send({ conversation_id, content: 'from the owner' });
    await client.settle(id, 'stored');
    const his = await people.at(bob!);
    await his.entry('the group').click();
    await his.send('from a member');
    const offered = async (text: string) => {
      await his.message(text).hover();
      await his.message(text).getByRole('button', { name: 'What to do with this message' }).click();
      await his.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
      const names = await his.page.getByRole('menuitem').allInnerTexts();
      await his.page.keyboard.press('Escape');
      return names.map((name) => name.trim());
    };
    expect(await offered('from a member')).toEqual(['Reply', 'Edit', 'Delete']);
    expect(await offered('from the owner')).toEqual(['Reply']);
    const hers = await people.at(alice!);
    await hers.entry('the group').click();
    hers.page.once('dialog', (dialog) => void dialog.accept());
    await choose(hers, 'from a member', 'Delete');
    await his.message('This message was deleted by an owner of the group.').waitFor();
  });
});

describeInChromium('replies and mentions on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('show what is answered, offer the members by name, and mark what mentions one', async () => {
    const [alice, bob] = await people.register(2);
    const client = await people.client(alice!);
    const { conversation_id } = await client.conversations.createGroup('the group', [bob!.id]);
    const { id } = client.send({ conversation_id, content: 'who comes?' });
    await client.settle(id, 'stored');
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.entry('the group').click();
    await hers.message('who comes?').hover();
    await hers.message('who comes?').getByRole('button', { name: 'What to do with this message' }).click();
    await hers.page.getByRole('menuitem', { name: 'Reply' }).click();
    await hers.composer.fill(`you, @${bob!.username.slice(0, 4)}`);
    await hers.page.getByRole('button', { name: `@${bob!.username}` }).click();
    await hers.composer.press('Enter');
    await his.entry('the group').getByText('You were mentioned.').waitFor({ state: 'attached' });
    await his.entry('the group').click();
    await his.page.locator('article.mentions-me .quote').getByText('who comes?').waitFor();
    await his.page.locator('.badge').waitFor({ state: 'detached' });
  });

  it('take the first name that is offered by Tab or Enter, which sends nothing half written', async () => {
    const [alice, bob] = await people.register(2);
    const client = await people.client(alice!);
    await client.conversations.createGroup('the group', [bob!.id]);
    const hers = await people.at(alice!);
    await hers.entry('the group').click();
    const { username } = bob!;
    for (const key of ['Tab', 'Enter']) {
      await hers.composer.fill(`you, @${username.slice(0, -2)}`);
      await hers.page.getByRole('button', { name: `@${username}` }).waitFor();
      await hers.composer.press(key);
      expect(await hers.composer.inputValue()).toBe(`you, @${username} `);
    }
    expect(await hers.shown()).toEqual([]);
    await hers.composer.fill(`you, @${username}`);
    await hers.page.getByRole('button', { name: `@${username}` }).waitFor();
    await hers.composer.press('Enter');
    await hers.message(`you, @${username}`).waitFor();
  });

  it('are sent by Enter where the name is whole, though a longer one is offered first', async () => {
    const [alice, bob] = await people.register(2);
    const { username } = bob!;
    const { authentication } = chromium.target;
    const { user_id } = await register({ url: authentication }, `${username}by`, 'a password of his own');
    const client = await people.client(alice!);
    const { conversation_id } = await client.conversations.createGroup('the group', [user_id]);
    await client.conversations.putMember(conversation_id, bob!.id);
    const hers = await people.at(alice!);
    await hers.entry('the group').click();
    await hers.composer.fill(`you, @${username}`);
    const offered = hers.page.getByRole('group', { name: 'Members to mention' }).getByRole('button');
    await offered.nth(1).waitFor();
    expect(await offered.allInnerTexts()).toEqual([`@${username}by`, `@${username}`]);
    await hers.composer.press('Enter');
    await hers.message(`you, @${username}`).waitFor();
    expect(await hers.shown()).toEqual([`you, @${username}`]);
  });

  it('offer whoever has joined since the group was opened', async () => {
    const [alice, bob, carol] = await people.register(3);
    const client = await people.client(alice!);
    const { conversation_id } = await client.conversations.createGroup('the group', [bob!.id]);
    const hers = await people.at(alice!);
    await hers.entry('the group').click();
    const offered = (name: string) => hers.page.getByRole('button', { name: `@${name}` });
    await hers.composer.fill('you, @');
    await offered(bob!.username).waitFor();
    await hers.composer.fill('you');
    await client.conversations.putMember(conversation_id, carol!.id);
    await hers.composer.fill('you, @');
    await offered(carol!.username).waitFor();
  });
});
