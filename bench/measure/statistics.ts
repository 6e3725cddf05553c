/** The value below which this share of the values lies; undefined where there are none. Sorts in place. */
export function quantile(values: number[], share: number): number | undefined {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** The middle value, the lower of two; undefined where there are none. */
export function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** To two places after the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
