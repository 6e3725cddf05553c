/** What people do about each other on the page: find, invite, block. */
import { directConversationId } from '@chat-app/client';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('people on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('are offered as one types a part of their name', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.page.getByRole('searchbox').fill(bob!.username.slice(0, -2));
    await hers.page.getByRole('list', { name: 'People' }).getByRole('button', { name: bob!.username }).click();
    await hers.page.getByRole('heading', { name: bob!.username }).waitFor();
    await hers.send('found you');
    expect(await hers.page.getByRole('searchbox').inputValue()).toBe('');
  });

  it('are offered as one types when a group is made, and when one adds to it', async () => {
    const [alice, bob, carol, dave] = await people.register(4);
    const hers = await people.at(alice!);
    const { page } = hers;
    const offered = page.getByRole('dialog').getByRole('list', { name: 'People', exact: true });
    const chosen = page.getByRole('list', { name: 'People for the group' }).getByRole('listitem');
    const field = page.getByLabel('User names');
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByLabel('Name of the group').fill('Found');
    await field.fill(bob!.username.slice(0, -2));
    await offered.getByRole('button', { name: bob!.username }).click();
    await chosen.filter({ hasText: bob!.username }).waitFor();
    // One goes on typing: the whole name and Enter do as well, and who is chosen is not offered again.
    expect(
      await field.evaluate((one) => one === document.activeElement && (one as HTMLInputElement).value === ''),
    ).toBe(true);
    await page.keyboard.type(bob!.username.slice(0, -2));
    await page.waitForResponse(/\/directory\?/);
    expect(await offered.getByRole('button', { name: bob!.username }).count()).toBe(0);
    await field.fill(carol!.username);
    await page.keyboard.press('Enter');
    await chosen.nth(1).waitFor();
    await page.keyboard.press('Backspace');
    await chosen.nth(1).waitFor({ state: 'detached' });
    await field.fill(carol!.username);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Found' }).waitFor();
    await page.getByRole('button', { name: 'Details of the group' }).click();
    await page.getByText('3 members').waitFor();
    await page.getByLabel('User name').fill(dave!.username.slice(0, -2));
    await offered.getByRole('button', { name: dave!.username }).click();
    await page.getByText('4 members').waitFor();
  });

  it('are asked before they are in a group again, and accept or decline on any device', async () => {
    const [alice, bob] = await people.register(2);
    const [client, owner] = [await people.client(bob!), await people.client(alice!)];
    const { conversation_id: id } = await owner.conversations.createGroup('the group', [bob!.id]);
    await client.invitations.accept(id).catch(() => undefined);
    await client.conversations.removeMember(id, bob!.id);
    const [phone, desk] = [await people.at(bob!), await people.at(bob!)];
    await owner.conversations.putMember(id, bob!.id);
    for (const { page } of [phone, desk]) await page.getByText(`${alice!.username} invites you`).waitFor();
    await phone.page.getByRole('button', { name: 'Accept the invitation to the group' }).click();
    await phone.page.getByRole('heading', { name: 'the group' }).waitFor();
    await desk.page.getByRole('region', { name: 'Invitations' }).waitFor({ state: 'detached' });
    await desk.entry('the group').waitFor();
    // Leaving for good is offered where one leaves.
    phone.page.on('dialog', (dialog) => void dialog.accept());
    await phone.page.getByRole('button', { name: 'Details of the group' }).click();
    await phone.page.getByRole('button', { name: 'Leave for good' }).click();
    await phone.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect(owner.conversations.putMember(id, bob!.id)).rejects.toMatchObject({ code: 'declined' });
  });

  it('who are blocked cannot be written to, nor write, until they are unblocked', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.at(alice!);
    await hers.writeTo(bob!);
    await hers.send('hello');
    hers.page.on('dialog', (dialog) => void dialog.accept());
    const menu = hers.page.getByRole('button', { name: 'What to do with this conversation' });
    await menu.click();
    await hers.page.getByRole('menuitem', { name: `Block ${bob!.username}` }).click();
    await hers.page.getByText(`You block ${bob!.username}`).waitFor();
    expect(await hers.composer.count()).toBe(0);
    const his = await people.client(bob!);
    for (;;) {
      // His pod learns of it within a moment.
      const { id } = his.send({ recipient_id: alice!.id, content: 'unwanted' });
      const code = await his.settle(id).then(
        () => undefined,
        (thrown: { code: string }) => thrown.code,
      );
      if (code === 'blocked') break;
      expect(code).toBeUndefined();
    }
    await menu.click();
    await hers.page.getByRole('menuitem', { name: `Unblock ${bob!.username}` }).click();
    await hers.composer.waitFor();
    await hers.send('again');
    expect(await hers.message('unwanted').count()).toBe(0);
  });

  it('mute a conversation on all devices: no bold entry, nothing in the title, until they take it back', async () => {
    const [alice, bob] = await people.register(2);
    const [desk, phone] = [await people.at(alice!), await people.at(alice!)];
    const his = await people.client(bob!);
    await people.say(his, alice!, ['hello']);
    await desk.entry(bob!.username).click();
    const menu = desk.page.getByRole('button', { name: 'What to do with this conversation' });
    await menu.click();
    await desk.page.getByRole('menuitem', { name: 'Mute for an hour' }).click();
    await phone.page.locator('.badge').waitFor({ state: 'detached' });
    // She looks elsewhere, so that it is not read.
    await desk.page.evaluate(() => (location.hash = ''));
    await people.say(his, alice!, ['quiet']);
    for (const { page } of [desk, phone]) {
      await page.locator('.badge.muted').waitFor();
      expect(await page.locator('.entry.has-unread').count()).toBe(0);
      expect(await page.title()).not.toMatch(/^\(/);
    }
    await (
      await people.client(alice!)
    ).conversations.changeSettings(directConversationId(alice!.id, bob!.id), {
      muted_until: null,
    });
    for (const { page } of [desk, phone]) {
      await page.locator('.entry.has-unread').waitFor();
      await page.waitForFunction(() => document.title.startsWith('(1)'));
    }
  });

  it('who are blocked are not shown in groups', async () => {
    const [alice, bob, carol] = await people.register(3);
    const [owner, his] = [await people.client(alice!), await people.client(bob!)];
    const { conversation_id: id } = await owner.conversations.createGroup('the group', [bob!.id, carol!.id]);
    for (const one of [bob!, carol!]) await (await people.client(one)).invitations.accept(id).catch(() => undefined);
    await (await people.client(carol!)).blocks.block(bob!.id);
    for (const [client, content] of [[his, 'from bob'] as const, [owner, 'from alice'] as const]) {
      const { id: sent } = client.send({ conversation_id: id, content });
      await client.settle(sent, 'stored');
    }
    const hers = await people.at(carol!);
    await hers.entry('the group').click();
    await hers.message('from alice').waitFor();
    expect(await hers.message('from bob').count()).toBe(0);
    await hers.page.getByText('A message of somebody whom you block.').waitFor();
  });
});
