import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';
import { wireOf } from './testing/wire';

jest.setTimeout(90_000);

const texts = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}`);

describeInChromium('the page and its network', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('shows all of 120 messages that came while the link was down, of which the catch-up brought ten', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    const link = await wireOf(hers, 10);
    await hers.logIn();
    const his = await people.client(bob!);
    await people.say(his, alice!, texts(1, 5));
    await hers.entry(bob!.username).click();
    await hers.message('line 5').waitFor();
    await link.cut();
    await people.say(his, alice!, texts(6, 125));
    link.repair(125);
    await hers.online();
    await hers.message('line 125').waitFor();
    const seen = new Set<string>();
    for (let steps = 0; steps < 200 && seen.size < 125; steps += 1) {
      for (const text of await hers.shown()) seen.add(text);
      await hers.messages.evaluate((element) => (element.scrollTop -= 300));
      await hers.page.waitForTimeout(60);
    }
    expect(texts(1, 125).filter((text) => !seen.has(text))).toEqual([]);
  });

  it('says when the connection is lost and when it is back, and sends what was written meanwhile once', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    const link = await wireOf(hers);
    await hers.logIn();
    await hers.writeTo(bob!);
    await hers.send('before');
    await hers.page.locator('.message-state.stored').waitFor();
    await link.cut();
    await hers.page.getByRole('status').getByText('No connection').waitFor();
    await hers.send('meanwhile');
    await hers.page.locator('.message-state.sending').waitFor();
    link.repair();
    await hers.online();
    await hers.page.getByRole('status').getByText('No connection').waitFor({ state: 'detached' });
    await hers.page.locator('article.own .message-state.stored').nth(1).waitFor();
    const his = await people.client(bob!);
    const { messages } = await his.conversations.history(people.conversationOf(alice!, bob!));
    expect(messages.map((one) => one.content)).toEqual(['before', 'meanwhile']);
  });
});
