import { setTimeout as delay } from 'node:timers/promises';
import { directConversationId } from '@chat-app/protocol';
import { countSettled, readStores } from '../../test/failures/testing/stores';
import { check, PROMISES } from '../../test/checker/check';
import type { Observation } from '../../test/checker/history';

const STORED_WITHIN_MS = 60_000;

/** What the checker of the failure tests says of some pairs of a load. */
export interface Verification {
  pairs: number;
  accepted: number;
  shown: number;
  /** Cases of each promise that was broken. */
  broken: Record<string, number>;
}

/**
 * Holds what these pairs of users saw against what the stores hold: every promise, not only what shows at a recipient.
 * @param observations everything that happened at their clients
 */
export async function verify(
  databaseUrl: string,
  pairs: readonly (readonly [string, string])[],
  observations: readonly Observation[],
): Promise<Verification> {
  const members = new Map(pairs.map((pair) => [directConversationId(...pair), pair]));
  const users = pairs.flat();
  const backends = { databaseUrl: () => databaseUrl };
  await stored(backends, observations);
  const stores = await readStores(backends, users, [...members.keys()]);
  // What earlier loads of the same users left is no part of this one.
  const sent = new Set(observations.flatMap((one) => (one.kind === 'sent' ? [one.content] : [])));
  const evidence = {
    observations,
    stores: { ...stores, messages: stores.messages.filter(({ content }) => sent.has(content)) },
    population: { members, devices: new Map(users.map((user) => [user, [user]])) },
  };
  const verdict = check(evidence);
  const broken = Object.fromEntries(
    PROMISES.flatMap((promise) =>
      verdict.broken[promise].length > 0 ? [[promise, verdict.broken[promise].length]] : [],
    ),
  );
  return { pairs: pairs.length, accepted: verdict.accepted, shown: verdict.shown, broken };
}

/** Waits until all that was accepted is stored, or for as long as anyone would. */
async function stored(backends: { databaseUrl: () => string }, observations: readonly Observation[]): Promise<void> {
  const ids = [...new Set(observations.flatMap((one) => (one.kind === 'accepted' ? [one.message_id] : [])))];
  const end = Date.now() + STORED_WITHIN_MS;
  while ((await countSettled(backends, ids)) < ids.length && Date.now() < end) await delay(200);
}
