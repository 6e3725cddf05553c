import type { Page } from 'playwright-core';
import { describeInChromium } from './testing/chromium';
import { lineInView, movedBy, settled, textOf, type Line } from './testing/line-on-screen';
import { peopleForEachTest, type Person } from './testing/people';
import { cpuOfTasks } from './testing/trace-tasks';

const MESSAGES = 5_000;
/** Fewer than wait in a client's outbox at most. */
const AT_ONCE = 500;
/** What people call a jank: longer than this nothing may keep the page from answering, milliseconds. */
const MAX_TASK_MS = 50;
/** What a turn of the wheel moves. */
const WHEEL_PX = 200;
/** A new device is sent its newest 500 entries at once; the others come in pages of 100. */
const PAGES = (MESSAGES - 500) / 100;
/** Turns of the wheel before the history is asked for, and after each tenth page of it. */
const TURNS = 5;
const PAGES_BETWEEN_TURNS = 10;

jest.setTimeout(600_000);

describeInChromium('reading a conversation of 5,000 messages', (chromium) => {
  const people = peopleForEachTest(chromium);

  it('keeps the line that one reads in its place to the pixel, and is not held up by what comes', async () => {
    const [alice, bob] = await people.register(2);
    const his = await people.client(bob!);
    for (let said = 0; said < MESSAGES; said += AT_ONCE) {
      await people.say(
        his,
        alice!,
        Array.from({ length: AT_ONCE }, (_, index) => textOf(said + index)),
      );
    }
    const hers = await people.at(alice!, { viewport: { width: 900, height: 700 } });
    hers.page.setDefaultTimeout(120_000);
    await hers.entry(bob!.username).click();
    await hers.message(`number ${MESSAGES - 1} `).waitFor();

    const moved = await scrollBack(hers);
    expect(moved.pages).toBeGreaterThanOrEqual(PAGES);
    expect(moved.jumps).toEqual([]);
    expect(await hers.page.getByText('The conversation begins here.').count()).toBe(1);

    // In the midst of all 5,000, what comes moves nothing.
    await hers.page.locator('.messages').evaluate((frame) => (frame.scrollTop = frame.scrollHeight / 2));
    await settled(hers);
    const before = await lineInView(hers);
    const arrive = async (from: number, count: number): Promise<void> => {
      for (let index = from; index < from + count; index += 1) {
        const seen = hers.page.waitForFunction(
          (text) => document.querySelector('.entry .last')?.textContent?.includes(text),
          `arrives ${index}.`,
        );
        his.send({ recipient_id: alice!.id, content: `arrives ${index}.` });
        await seen;
      }
    };
    const away = await cpuOfTasks(hers.page, () => arrive(0, 20));
    expect(await movedBy(hers, before)).toBeLessThan(1);
    await hers.page.getByRole('button', { name: 'New messages', exact: true }).click();
    await hers.message('arrives 19.').waitFor();
    const atEnd = await cpuOfTasks(hers.page, () => arrive(20, 20));
    expect(await hers.message('arrives 39.').isVisible()).toBe(true);
    const busy = await cpuOfTasks(hers.page, () => hers.page.evaluate(keepBusy, 10 * MAX_TASK_MS));
    expect(Math.max(...busy)).toBeGreaterThan(MAX_TASK_MS);
    for (const tasks of [away, atEnd]) {
      expect(tasks.length).toBeGreaterThan(20);
      expect(Math.max(...tasks)).toBeLessThan(MAX_TASK_MS);
    }
  });
});

/** A task that is longer than any may be: what measures tasks must see it. */
function keepBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/**
 * Reads back to the first message: at times by the wheel through what was not drawn yet, then on to the beginning of what is
 * there, where the next page is asked for. That comes only once the view has come to rest, so that what it moves is told from
 * what the wheel moved.
 * @returns how many pages came, and how far the line in view was each time from where it should have been, where it was not
 */
async function scrollBack(person: Person): Promise<{ pages: number; jumps: string[] }> {
  const { page } = person;
  const history = await holdHistory(page);
  const jumps: string[] = [];
  const compare = async (what: string, line: Line): Promise<void> => {
    const moved = await movedBy(person, line);
    if (moved >= 1) jumps.push(`${what}: ${moved} px`);
  };
  await page.locator('.messages').hover();
  let pages = 0;
  for (;;) {
    for (let turn = 0; pages % PAGES_BETWEEN_TURNS === 0 && turn < TURNS; turn += 1) {
      const line = await lineInView(person);
      await turnWheel(person);
      await compare(`turn ${turn} after page ${pages}`, { ...line, top: line.top + WHEEL_PX });
    }
    const release = await history.next(() => toTop(person));
    if (release === undefined) break;
    await settled(person);
    const line = await lineInView(person);
    const height = await page.locator('.messages').evaluate((frame) => frame.scrollHeight);
    release();
    await page.waitForFunction((before) => document.querySelector('.messages')!.scrollHeight > before + 1_000, height);
    await settled(person);
    pages += 1;
    await compare(`page ${pages}`, line);
  }
  await history.end();
  return { pages, jumps };
}

/** Holds each page of the history that is asked for, until it is let go. */
async function holdHistory(page: Page) {
  const pattern = /\/messages\?.*before=/;
  const held: (() => void)[] = [];
  await page.route(pattern, async (route) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  const begin = page.getByText('The conversation begins here.');
  return {
    /** Scrolls until a page is asked for. @returns what lets it go; undefined where the first message is reached */
    async next(scroll: () => Promise<void>): Promise<(() => void) | undefined> {
      while (held.length === 0 && !(await begin.isVisible())) await scroll();
      return held.shift();
    },
    end: () => page.unroute(pattern),
  };
}

async function toTop(person: Person): Promise<void> {
  await person.page.locator('.messages').evaluate((frame) => (frame.scrollTop = 0));
  await settled(person);
}

async function turnWheel(person: Person): Promise<void> {
  const from = await scrollTop(person);
  await person.page.mouse.wheel(0, -WHEEL_PX);
  await person.page.waitForFunction((before) => document.querySelector('.messages')!.scrollTop !== before, from);
  await settled(person);
}

function scrollTop({ page }: Person): Promise<number> {
  return page.locator('.messages').evaluate((frame) => frame.scrollTop);
}
