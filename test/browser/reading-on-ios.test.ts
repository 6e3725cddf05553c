import { describeInChromium } from './testing/chromium';
import { lineInView, movedBy, settled, textOf, type Line } from './testing/line-on-screen';
import { peopleForEachTest, type Person } from './testing/people';

/** More than a new device is sent at once, so that the beginning is asked for. */
const MESSAGES = 600;
const AT_ONCE = 300;
/** What a finger moves at a time. */
const STEP_PX = 200;
const STEPS = 10;
/** By this name the list does what it does on iOS: it moves nothing while a finger scrolls, and all at once when that ends. */
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

jest.setTimeout(180_000);

describeInChromium('reading a conversation back on iOS', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('keeps the line that one reads in its place, to when the scrolling ends and after it', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.client(bob!);
    for (let said = 0; said < MESSAGES; said += AT_ONCE) {
      const texts = Array.from({ length: AT_ONCE }, (_, index) => textOf(said + index));
      await people.say(his, alice!, texts);
    }
    const hers = await people.at(alice!, { userAgent: IPHONE, viewport: { width: 900, height: 700 } });
    await hers.entry(bob!.username).click();
    await hers.message(`number ${MESSAGES - 1} `).waitFor();
    await settled(hers);
    const jumps: string[] = [];
    const compare = async (what: string, line: Line): Promise<void> => {
      const moved = await movedBy(hers, line);
      if (moved >= 1) jumps.push(`${what}: ${moved} px`);
    };
    const arrive = async (text: string): Promise<void> => {
      await people.say(his, alice!, [text]);
      await hers.entry(text).waitFor();
      await settled(hers);
    };

    await touch(hers, 'touchstart');
    for (let step = 0; step < STEPS; step += 1) {
      const line = await lineInView(hers);
      await hers.messages.evaluate((frame, by) => (frame.scrollTop -= by), STEP_PX);
      await settled(hers);
      await compare(`step ${step}`, { ...line, top: line.top + STEP_PX });
    }
    const read = await lineInView(hers);
    await lift(hers);
    await compare('the end of the scrolling', read);
    await arrive('arrives first');
    await compare('what arrives after it', read);

    // Older messages that come while the finger is on the screen.
    const held: (() => void)[] = [];
    await hers.page.route(/\/messages\?.*before=/, async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue();
    });
    await touch(hers, 'touchstart');
    while (held.length === 0) {
      await hers.messages.evaluate((frame) => (frame.scrollTop = 0));
      await settled(hers);
    }
    const first = await lineInView(hers);
    const height = await hers.messages.evaluate((frame) => frame.scrollHeight);
    held.shift()?.();
    await hers.page.waitForFunction((before) => document.querySelector('.messages')!.scrollHeight > before, height);
    await settled(hers);
    await compare('older messages', first);
    await lift(hers);
    await compare('the end of the scrolling at them', first);
    await arrive('arrives second');
    await compare('what arrives at last', first);
    expect(jumps).toEqual([]);
  });
});

/** A finger, as far as the list notices it. */
function touch({ messages }: Person, type: 'touchstart' | 'touchend'): Promise<void> {
  return messages.evaluate((frame, name) => void frame.dispatchEvent(new Event(name, { bubbles: true })), type);
}

/** Takes the finger away. Resolves once the list takes the scrolling for ended, and nothing moves any more. */
async function lift(person: Person): Promise<void> {
  await touch(person, 'touchend');
  await person.page.waitForFunction(() =>
    [...document.querySelectorAll('.messages > div')].every((one) => getComputedStyle(one).pointerEvents !== 'none'),
  );
  await settled(person);
}
