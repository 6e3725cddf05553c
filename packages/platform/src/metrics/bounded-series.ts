import type { Labels } from './labels';

/** Series of one metric beyond which new ones are counted together. */
const MAX_SERIES = 1_000;

/**
 * The net below every metric: labels come from bounded sets, and where one does not after all, what is beyond the bound is
 * counted as `other`, so that no client, record or neighbour fills the memory of a pod and its scraper.
 */
export class BoundedSeries {
  readonly #known = new Set<string>();
  readonly #others: Labels;

  constructor(
    private readonly labelNames: readonly string[],
    private readonly maxSeries = MAX_SERIES,
  ) {
    this.#others = Object.fromEntries(labelNames.map((name) => [name, 'other']));
  }

  /** The labels to count under. */
  of(labels: Labels): Labels {
    if (this.labelNames.length === 0) return labels;
    let key = '';
    for (const name of this.labelNames) key += `${labels[name] ?? ''}\u0000`;
    if (this.#known.has(key)) return labels;
    if (this.#known.size >= this.maxSeries) return this.#others;
    this.#known.add(key);
    return labels;
  }
}
