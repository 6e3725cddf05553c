import type { Observation } from '../checker/history';

/** A time in milliseconds since the epoch, up to and not including another. */
export interface Window {
  from: number;
  to: number;
}

/** How long what was sent in these windows took, from its sending to each of its showings; milliseconds. */
export function showingDelays(observations: readonly Observation[], windows: readonly Window[]): number[] {
  const sentAt = new Map<string, number>();
  const sentOf = new Map<string, number>();
  for (const one of observations) {
    if (one.kind === 'sent') sentAt.set(`${one.user}|${one.client_id}`, one.at);
    else if (one.kind === 'accepted') {
      const at = sentAt.get(`${one.user}|${one.client_id}`);
      if (at !== undefined && !sentOf.has(one.message_id)) sentOf.set(one.message_id, at);
    }
  }
  return observations.flatMap((one) => {
    const at = one.kind === 'shown' ? sentOf.get(one.message_id) : undefined;
    return at !== undefined && windows.some(({ from, to }) => from <= at && at < to) ? [one.at - at] : [];
  });
}

/** So much of them, between 0 and 1, take at most this. @throws where there are none */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing to take a quantile of');
  return value;
}
