import { describeInChromium } from './testing/chromium';
import { peopleForEachTest } from './testing/people';

jest.setTimeout(90_000);

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

describeInChromium('what the page looks like', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('has each entry of the list in the same places, whether its person is there or not', async () => {
    const [alice, bob, carol] = await people.register(3);
    const away = await people.client(carol!);
    await people.say(away, alice!, ['I was here']);
    await away.close();
    await people.say(await people.client(bob!), alice!, ['I am here']);
    const hers = await people.at(alice!);
    const there = hers.entry(bob!.username);
    await there.locator('.presence').waitFor();
    expect(await hers.entry(carol!.username).locator('.presence').count()).toBe(0);
    const places = (username: string) =>
      hers.entry(username).evaluate((entry) =>
        ['.avatar', '.title', '.last', '.badge'].map((part) => {
          const { left, top } = entry.querySelector(part)!.getBoundingClientRect();
          // A badge is as wide as its number.
          return [part === '.badge' ? 0 : left, top - entry.getBoundingClientRect().top];
        }),
      );
    expect(await places(bob!.username)).toEqual(await places(carol!.username));
    const { avatar, dot } = await there.evaluate((entry) => ({
      avatar: entry.querySelector('.avatar')!.getBoundingClientRect().toJSON() as Box,
      dot: entry.querySelector('.presence')!.getBoundingClientRect().toJSON() as Box,
    }));
    expect(isOver(avatar, dot)).toBe(true);
  });
});

function isOver(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
