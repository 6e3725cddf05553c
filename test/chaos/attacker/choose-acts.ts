import type { Random } from '../random';

/** What an attacker does, each with how often it is chosen. */
const WEIGHTS = {
  /** Hundreds of sends of one account at once. */
  'flood of sends': 3,
  /** Thousands of small frames of one account at once. */
  'flood of frames': 3,
  'reconnect storm': 3,
  'forged tokens at the handshake': 3,
  'forged tokens over HTTP': 3,
  'a forged token on an open socket': 1,
  'the token of an ended session': 1,
  'bad frames': 3,
  'bad bodies': 2,
  /** Guesses at the password of somebody whose name is known. */
  'guessed passwords': 3,
  /** Log-ins of an own account, with the right password. */
  'log-ins without end': 1,
  registrations: 1,
  /** Groups with people who did not ask for it. */
  'groups with strangers': 2,
  /** Conversations, sessions and sockets of others. */
  'ids of others': 4,
} as const;

export type Act = keyof typeof WEIGHTS;

export const ACTS = Object.keys(WEIGHTS) as Act[];

const TICKETS: readonly Act[] = ACTS.flatMap((act) => Array.from({ length: WEIGHTS[act] }, () => act));

/** Acts without end, each kind once before any comes again: the same seed gives the same acts in the same order. */
export function* chooseActs(random: Random): Generator<Act, never> {
  yield* random.sample(ACTS, ACTS.length);
  for (;;) yield random.pick(TICKETS);
}
