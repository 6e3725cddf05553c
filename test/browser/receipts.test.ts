import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('receipts on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('show a message received and read, told apart, until the other keeps it to themselves', async () => {
    const [alice, bob] = await people.register(2);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.writeTo(bob!);
    await hers.send('are you there?');
    const stateOf = (text: string) => hers.message(text).locator('.message-state');
    await stateOf('are you there?').getByText('Received', { exact: true }).waitFor({ state: 'attached' });
    await his.entry(alice!.username).click();
    await stateOf('are you there?').getByText('Read', { exact: true }).waitFor({ state: 'attached' });
    await his.page.getByRole('button', { name: 'Settings of the conversation' }).click();
    const setting = his.page.getByRole('checkbox', { name: 'Let others see what I received and read' });
    expect(await setting.isChecked()).toBe(true);
    await setting.uncheck();
    await his.page.keyboard.press('Escape');
    await hers.send('and now?');
    await his.message('and now?').waitFor();
    // What Bob writes now comes after whatever was told of him.
    await his.send('I am');
    await hers.message('I am').waitFor();
    await stateOf('and now?').getByText('Sent and stored').waitFor({ state: 'attached' });
    await hers.page.reload();
    await hers.message('and now?').waitFor();
    await stateOf('and now?').getByText('Sent and stored').waitFor({ state: 'attached' });
    await his.page.reload();
    await his.message('I am').waitFor();
    await his.page.getByRole('button', { name: 'Settings of the conversation' }).click();
    expect(await setting.isChecked()).toBe(false);
  });

  it('say in a group by how many', async () => {
    const [alice, bob, carol] = await people.register(3);
    const client = await people.client(alice!);
    await client.conversations.createGroup('the group', [bob!.id, carol!.id]);
    const [hers, his, carols] = [await people.at(alice!), await people.at(bob!), await people.at(carol!)];
    await hers.entry('the group').click();
    await hers.send('hello all');
    const state = hers.message('hello all').locator('.message-state');
    await state.getByText('Received by 2').waitFor({ state: 'attached' });
    for (const [person, text] of [
      [his, 'Read by 1'],
      [carols, 'Read by 2'],
    ] as const) {
      await person.entry('the group').click();
      await state.getByText(text).waitFor({ state: 'attached' });
    }
  });
});
