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

  it('makes room for several lines where the browser does not do it by itself', async () => {
    const [alice, bob] = await people.register(2);
    const hers = await people.open(alice!);
    await hers.page.addInitScript(() => {
      const supports: (...words: string[]) => boolean = CSS.supports.bind(CSS);
      CSS.supports = (...words: string[]) => words[0] !== 'field-sizing' && supports(...words);
    });
    await hers.page.reload();
    await hers.logIn();
    await hers.writeTo(bob!);
    await hers.composer.evaluate((field) => (field as HTMLElement).style.setProperty('field-sizing', 'fixed'));
    const height = async (text: string): Promise<number> => {
      await hers.composer.fill(text);
      return hers.composer.evaluate((field) => field.getBoundingClientRect().height);
    };
    const one = await height('one line');
    const four = await height('one\ntwo\nthree\nfour');
    expect(four).toBeGreaterThan(one + 50);
    expect(await height('many\n'.repeat(100))).toBeLessThan(400);
    expect(await height('one line again')).toBe(one);
  });

  it.each([390, 1_000])(
    'lays nothing over what people wrote, on a screen of %d pixels that is touched',
    async (width) => {
      const [alice, bob] = await people.register(2);
      const hers = await people.at(alice!, { viewport: { width, height: 800 }, hasTouch: true, isMobile: true });
      const words = 'some more words that need a second line, as people write them every day';
      await people.say(await people.client(bob!), alice!, ['hi', words]);
      await hers.entry(bob!.username).click();
      await hers.send('yes');
      await hers.send(words);
      await hers.page.locator('article.own .message-actions .round').nth(3).waitFor();
      const faults = await hers.page.evaluate(() => {
        const box = (one: Element) => one.getBoundingClientRect();
        const buttons = [...document.querySelectorAll('.message-actions .round')];
        const texts = [...document.querySelectorAll('.content, .bubble footer')];
        const covered = buttons.filter((button) =>
          texts.some((text) => {
            const [one, other] = [box(button), box(text)];
            return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
          }),
        );
        const outside = buttons.filter((button) => box(button).left < 0 || box(button).right > innerWidth);
        return { buttons: buttons.length, covered: covered.length, outside: outside.length };
      });
      expect(faults).toEqual({ buttons: 8, covered: 0, outside: 0 });
      await hers.message(words).last().getByRole('button', { name: 'What to do with this message' }).tap();
      await hers.page.getByRole('menuitem', { name: 'Reply' }).tap();
      await hers.page.locator('.about').getByText('some more words').waitFor();
    },
  );
});

function isOver(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
