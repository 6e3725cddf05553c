import type { ComponentChildren } from 'preact';

/** Characters that nobody writes: they stand for the names while the text is put together. */
const FIRST_MARK = 0xe000;
const MARK = /([\ue000-\ue00f])/u;

/** A text with names in it. A name that is written in the other direction stays in its place, and turns nothing around it. */
export function sentence(text: (...names: string[]) => string, ...names: readonly string[]): ComponentChildren {
  const marks = names.map((_, index) => String.fromCodePoint(FIRST_MARK + index));
  return text(...marks)
    .split(MARK)
    .map((part) => {
      const name = names[marks.indexOf(part)];
      return name === undefined ? part : <bdi>{name}</bdi>;
    });
}
