import { register } from '@chat-app/client';
import { randomInt } from 'node:crypto';
import type { Locator } from 'playwright-core';
import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(90_000);

/** Where the text of an element is on the screen, whatever room the element has, pixels. */
function textOf(locator: Locator): Promise<{ left: number; right: number }> {
  return locator.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right } = range.getBoundingClientRect();
    return { left, right };
  });
}

describeInChromium('names and texts of both directions on the page', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('stay beside each other in the order of the page’s language, each in its own direction', async () => {
    const [alice] = await people.register(1);
    const [username, password] = [`דוד${randomInt(1e9)}`, 'a password of his own'];
    const { user_id: id } = await register({ url: chromium.target.authentication }, username, password);
    const david = { ...alice!, id, username, password };
    const his = await people.client(david);
    const { conversation_id } = await his.conversations.createGroup('טיול בשבת', [alice!.id]);
    const { id: sent } = his.send({ conversation_id, content: 'who comes along?' });
    await his.settle(sent, 'stored');
    const hers = await people.at(alice!);
    const entry = hers.entry('who comes along?');
    await entry.locator('.sender').getByText(username).waitFor();

    const avatar = (await entry.locator('.avatar').boundingBox())!;
    const [title, sender] = [await textOf(entry.locator('.title')), await textOf(entry.locator('.sender'))];
    for (const { left } of [title, sender]) expect(left - avatar.x - avatar.width).toBeLessThan(20);
    const said = entry.getByText('who comes along?');
    expect((await textOf(said)).left).toBeGreaterThanOrEqual(sender.right);
    expect(await said.evaluate((one) => getComputedStyle(one).direction)).toBe('ltr');

    await entry.click();
    const heading = hers.page.getByRole('heading', { name: 'טיול בשבת' });
    const picture = (await hers.page.locator('.conversation-header .avatar').boundingBox())!;
    expect((await textOf(heading)).left - picture.x - picture.width).toBeLessThan(20);
    his.typing(conversation_id);
    const line = hers.page.locator('p.typing');
    await line.getByText(username).waitFor();
    expect((await textOf(line.locator('bdi'))).left).toBe((await textOf(line)).left);
  });
});
