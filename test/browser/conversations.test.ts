import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('a conversation on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('goes between two people, and says what became of each message', async () => {
    const [alice, bob] = await people.register(2);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.writeTo(bob!);
    await hers.send('are you there?');
    await his.entry(alice!.username).click();
    await his.message('are you there?').waitFor();
    await his.send('I am');
    await hers.message('I am').waitFor();
    expect(await hers.shown()).toEqual(['are you there?', 'I am']);
    await hers.page.locator('article.own .message-state.stored').waitFor();
    expect(await hers.page.locator('article.own .message-state').textContent()).toMatch(
      /^(Sent and stored|Received|Read)$/,
    );
  });

  it('counts what is unread in list and title, and counts nothing once it is looked at', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.at(bob!);
    const hers = await people.client(alice!);
    await people.say(hers, bob!, ['one', 'two']);
    await his.entry(alice!.username).getByText('2 unread messages').waitFor({ state: 'attached' });
    await his.page.waitForFunction(() => document.title.startsWith('(2)'));
    await his.entry(alice!.username).click();
    await his.page.waitForFunction(() => !document.title.startsWith('('));
    await his.page.reload();
    await his.entry(alice!.username).waitFor();
    expect(await his.page.locator('.badge').count()).toBe(0);
  });

  it('takes the badge away on all devices within two seconds of reading on one', async () => {
    const [alice, bob] = await people.register(2);
    const [desk, phone] = [await people.at(bob!), await people.at(bob!)];
    await people.say(await people.client(alice!), bob!, ['one', 'two']);
    for (const person of [desk, phone]) await person.page.locator('.badge').waitFor();
    await desk.entry(alice!.username).click();
    await desk.page.locator('.badge').waitFor({ state: 'detached' });
    await phone.page.locator('.badge').waitFor({ state: 'detached', timeout: 2_000 });
    await phone.page.waitForFunction(() => !document.title.startsWith('('));
  });

  it('ends with nothing unread for messages that are read the moment they come', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.at(bob!);
    const hers = await people.client(alice!);
    await his.writeTo(alice!);
    for (let n = 0; n < 20; n += 1) {
      hers.send({ recipient_id: bob!.id, content: `quick ${n}` });
      await his.message(`quick ${n}`).first().waitFor();
    }
    const client = await people.client(bob!);
    for (;;) {
      const { conversations } = await client.conversations.list();
      if (conversations[0]?.unread_count === 0 && conversations[0].last_message?.content === 'quick 19') break;
      await his.page.waitForTimeout(200);
    }
  });

  it("does not count one's own message from another device as unread", async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    const phone = await people.client(alice!);
    await people.say(phone, bob!, ['from my phone']);
    await hers.entry(bob!.username).getByText('from my phone').waitFor();
    expect(await hers.page.locator('.badge').count()).toBe(0);
    expect(await hers.page.title()).toBe('chat-app');
  });

  it('keeps the order of the server on a machine whose clock is an hour ahead', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    await hers.page.clock.install({ time: Date.now() + 3_600_000 });
    await hers.page.reload();
    await hers.logIn();
    await hers.writeTo(bob!);
    await hers.send('question');
    await hers.page.locator('article.own .message-state.accepted, article.own .message-state.stored').first().waitFor();
    await people.say(await people.client(bob!), alice!, ['answer']);
    await hers.message('answer').waitFor();
    expect(await hers.shown()).toEqual(['question', 'answer']);
  });

  it('shows hostile content as text, runs none of it, and keeps it in its place', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.at(bob!);
    const texts = [
      'w'.repeat(5_000),
      '\u0301'.repeat(400),
      'javascript:alert(1) data:text/html,<b>x</b>',
      'annexe\u202egnp.exe and on',
      '<script>globalThis.ran = true</script><img src=x onerror="globalThis.ran = true">',
    ];
    await people.say(await people.client(alice!), bob!, texts);
    await his.entry(alice!.username).click();
    await his.message('annexe').waitFor();
    await his.message('<script>').waitFor();
    expect(await his.page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect(await his.page.locator('.content script, .content img, .content b').count()).toBe(0);
    expect(await his.page.locator('.content a').count()).toBe(0);
    const overflow = await his.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    const isolated = await his
      .message('annexe')
      .locator('.content')
      .evaluate((one) => getComputedStyle(one).unicodeBidi);
    expect(isolated).toMatch(/isolate|plaintext/);
  });

  it('shows hostile titles, reactions, edits, quotes and invitations as text too, and runs none of them', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.at(bob!);
    const hers = await people.client(alice!);
    const code = '<img src=x onerror="globalThis.ran = true">';
    const title = `${code}\u202egnp.exe`;
    const emoji = '<svg/onload=globalThis.ran=1>';
    await his.writeTo(alice!);
    await his.send('hello');
    await his.page.locator('article.own .message-state.stored').waitFor();
    const { conversation_id } = await hers.conversations.createGroup(title, [bob!.id]);
    await his.entry(code).click();
    await his.page.getByRole('heading', { name: code }).waitFor();
    const first = hers.send({ conversation_id, content: 'harmless' });
    const { message_id } = first;
    await hers.settle(first.id, 'stored');
    await his.message('harmless').waitFor();
    const edited = hers.edit({ conversation_id, message_id, content: `edited ${code}` });
    await hers.settle(edited.id, 'stored');
    const answer = hers.send({ conversation_id, content: 'an answer', reply_to: message_id });
    await hers.settle(answer.id, 'stored');
    const reacted = hers.react({ conversation_id, message_id, emoji, on: true });
    await hers.settle(reacted.id, 'stored');
    await his.message(`edited ${code}`).first().getByRole('button', { name: emoji }).waitFor();
    await his.message('an answer').getByText(code).waitFor();
    const stranger = await people.client((await people.register(1))[0]!);
    const group = await stranger.conversations.createGroup(`of a stranger ${code}`, [bob!.id]);
    // Who left is asked, also where nobody else is.
    const own = await people.client(bob!);
    await own.invitations.accept(group.conversation_id).catch(() => undefined);
    await own.conversations.removeMember(group.conversation_id, bob!.id);
    await stranger.conversations.putMember(group.conversation_id, bob!.id);
    await his.page.getByRole('region', { name: 'Invitations' }).getByText(`of a stranger ${code}`).waitFor();
    expect(await his.page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect(await his.page.locator('img[src="x"], svg[onload], [onerror]').count()).toBe(0);
    const overflow = await his.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('makes web addresses links that know nothing of the page', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    await hers.send('see https://example.org/a, please');
    const link = hers.page.locator('.content a');
    expect(await link.getAttribute('href')).toBe('https://example.org/a');
    expect(await link.getAttribute('rel')).toContain('noopener');
  });

  it('sends nothing by the Enter that ends the composing of Japanese', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    const session = await hers.page.context().newCDPSession(hers.page);
    await hers.composer.focus();
    await session.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
    await hers.composer.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true });
    expect(await hers.page.getByRole('article').count()).toBe(0);
    await session.send('Input.insertText', { text: '日本' });
    expect(await hers.composer.inputValue()).toBe('日本');
    await hers.composer.press('Enter');
    await hers.message('日本').waitFor();
    expect(await hers.shown()).toEqual(['日本']);
  });

  it('writes Hebrew from right to left', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    await hers.composer.fill('שלום');
    expect(await hers.composer.evaluate((one) => getComputedStyle(one).direction)).toBe('rtl');
    await hers.composer.press('Enter');
    const content = hers.message('שלום').locator('.content');
    expect(await content.evaluate((one) => getComputedStyle(one).direction)).toBe('rtl');
  });

  it('keeps a draft with the conversation that it was written in', async () => {
    const [alice, bob, carol] = await people.register(3);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    await hers.composer.fill('dear Bob');
    await hers.writeTo(carol!);
    expect(await hers.composer.inputValue()).toBe('');
    await hers.composer.fill('dear Carol');
    await hers.entry(bob!.username).click();
    await hers.page.getByRole('heading', { name: bob!.username }).waitFor();
    expect(await hers.composer.inputValue()).toBe('dear Bob');
    await hers.page.reload();
    await hers.composer.waitFor();
    expect(await hers.composer.inputValue()).toBe('dear Bob');
  });

  it('offers no place to write where no conversation is open, so that no text vanishes', async () => {
    const [alice] = await people.register(1);
    const hers = await people.at(alice!);
    await hers.page.getByText('Choose a conversation').waitFor();
    expect(await hers.composer.count()).toBe(0);
  });

  it('makes groups, renames them, adds and removes members, gives roles and leaves', async () => {
    const [alice, bob, carol] = await people.register(3);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.page.getByRole('button', { name: 'New group' }).click();
    await hers.page.getByLabel('Name of the group').fill('Friends');
    await hers.page.getByLabel('User names').fill('nobody-of-this-name');
    await hers.page.getByRole('button', { name: 'Create' }).click();
    await hers.page.getByRole('alert').filter({ hasText: 'There is nobody of this name' }).waitFor();
    await hers.page.getByLabel('User names').fill(bob!.username);
    await hers.page.getByRole('button', { name: 'Create' }).click();
    await hers.page.getByRole('heading', { name: 'Friends' }).waitFor();
    await hers.send('welcome');
    await his.entry('Friends').click();
    await his.message('welcome').waitFor();
    await hers.page.getByRole('button', { name: 'Details of the group' }).click();
    await hers.page.getByLabel('Name of the group').fill('Good friends');
    await hers.page.getByRole('button', { name: 'Rename' }).click();
    await hers.page.getByRole('heading', { name: 'Good friends' }).first().waitFor();
    await hers.page.getByLabel('User name').fill(carol!.username);
    await hers.page.getByRole('button', { name: 'Add', exact: true }).click();
    await hers.page.getByLabel(`Role of ${carol!.username}`).selectOption('owner');
    await hers.page.getByText('3 members').waitFor();
    await hers.page.getByRole('button', { name: `Remove ${bob!.username}` }).click();
    await hers.page.getByText('2 members').waitFor();
    await his.page.getByText('You are not a member of this group any more').waitFor();
    hers.page.once('dialog', (dialog) => void dialog.accept());
    await hers.page.getByRole('button', { name: 'Leave the group' }).click();
    await hers.page.getByText('You left').waitFor();
  });
});
