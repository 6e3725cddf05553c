/** The items in their order, `size` of them at a time: as many as one call, statement or round trip takes. */
export function* chunks<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
