import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(120_000);

describeInChromium('who is there', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('is seen in the list and above the conversation, and no more once they are gone', async () => {
    const [alice, bob] = await people.register(2);
    const [client, hers] = [await people.client(bob!), await people.at(alice!)];
    await people.say(client, alice!, ['hello']);
    await hers.entry(bob!.username).click();
    await hers.entry(bob!.username).getByText('Online').waitFor({ state: 'attached' });
    await hers.page.locator('header').getByText('Online').waitFor();
    await client.close();
    await hers.page.locator('header').getByText('Last seen 1 minute ago').waitFor();
    expect(await hers.entry(bob!.username).getByText('Online').count()).toBe(0);
  });

  it('is told without when they were here last to who keeps that to themselves', async () => {
    const [alice, bob] = await people.register(2);
    const [client, hers] = [await people.client(bob!), await people.at(alice!)];
    await people.say(client, alice!, ['hello']);
    await hers.entry(bob!.username).click();
    await client.close();
    const header = hers.page.locator('header');
    await header.getByText('Last seen 1 minute ago').waitFor();
    await hers.page.getByRole('button', { name: 'Where you are logged in' }).click();
    const shows = hers.page.getByRole('checkbox', { name: 'Others see when I was here last' });
    await shows.uncheck();
    await header.getByText('Offline').waitFor();
    await shows.check();
    await header.getByText('Last seen 1 minute ago').waitFor();
  });
});

describeInChromium('who types', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('is seen in the conversation and in the list while they do, and no more once they sent it', async () => {
    const [alice, bob] = await people.register(2);
    const [hers, his] = [await people.at(alice!), await people.at(bob!)];
    await hers.writeTo(bob!);
    await hers.send('hello');
    await his.entry(alice!.username).click();
    await his.message('hello').waitFor();
    await his.composer.pressSequentially('how are you');
    const line = `${bob!.username} is typing …`;
    await hers.page.locator('p.typing').getByText(line).waitFor();
    await hers.entry(bob!.username).getByText(line).waitFor();
    expect(await his.page.getByText('is typing').count()).toBe(0);
    await his.composer.press('Enter');
    await hers.message('how are you').waitFor();
    await hers.page.getByText('is typing').first().waitFor({ state: 'detached' });
    // What is taken away is over at once, not after six seconds.
    // The server passes it on once in three seconds, so it takes a few keys.
    await his.composer.pressSequentially('or better not', { delay: 300 });
    await hers.page.locator('p.typing').getByText(line).waitFor();
    const began = performance.now();
    await his.composer.fill('');
    await hers.page.locator('p.typing').getByText(line).waitFor({ state: 'detached' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
