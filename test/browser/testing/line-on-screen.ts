import type { Person } from './people';

/** A message, and where it stands on the screen. */
export interface Line {
  id: string;
  /** Pixels. */
  top: number;
}

/** The message in the middle of the view. */
export function lineInView({ page }: Person): Promise<Line> {
  return page.evaluate(() => {
    const { top, bottom } = document.querySelector('.messages')!.getBoundingClientRect();
    const middle = (top + bottom) / 2;
    const line = [...document.querySelectorAll('article')].find((one) => one.getBoundingClientRect().bottom > middle);
    if (line === undefined) throw new Error('no message is in view');
    return { id: line.dataset['messageId']!, top: line.getBoundingClientRect().top };
  });
}

/** How far a line is from where it was, pixels; infinite where it is out of the document. */
export function movedBy({ page }: Person, { id, top }: Line): Promise<number> {
  return page.evaluate(
    ([messageId, before]) => {
      const line = document.querySelector(`[data-message-id="${messageId}"]`);
      return line === null ? Infinity : Math.abs(line.getBoundingClientRect().top - before);
    },
    [id, top] as const,
  );
}

/** Resolves once nothing has moved for some frames. */
export function settled({ page }: Person): Promise<void> {
  return page.evaluate(async () => {
    const frame = document.querySelector('.messages')!;
    const place = (): string =>
      `${frame.scrollTop} ${frame.scrollHeight} ${document.querySelector('article')?.getBoundingClientRect().top}`;
    for (let [same, before] = [0, '']; same < 4;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      same = place() === before ? same + 1 : 0;
      before = place();
    }
  });
}

/** A text of quite another height than its neighbours: what was not drawn yet has another height than is assumed. */
export function textOf(index: number): string {
  return `number ${index} ${'word '.repeat((index * 7919) % 60)}`.trim();
}
