import type { Act } from './choose-acts';

/** How a server answered one try: an HTTP status (101: a handshake was taken), or a close code, or `gone`. */
export type Outcome = number | 'gone';

/** Tries that nobody may be let in by, whatever else is wrong at the moment. */
const NEVER_LET_IN: ReadonlySet<Act> = new Set<Act>([
  'forged tokens at the handshake',
  'forged tokens over HTTP',
  'guessed passwords',
  'bad bodies',
  'ids of others',
]);

/** A handshake with a token whose session was ended. */
export const AFTER_LOG_OUT = 'a handshake after the log-out';

/**
 * What is wrong about an answer; undefined where it is as it should be. Refused is right, overloaded is right, let in is
 * not; a 500 says that something was not thought of. During an outage of authentication (`faults`) a token that was good may be
 * taken although its session has ended.
 */
export function judgeAnswer(act: Act, what: string, outcome: Outcome, faults: boolean): string | undefined {
  if (outcome === 'gone') return undefined;
  if (outcome === 500 || outcome === 1011) return `${act}: ${what} was answered ${outcome}`;
  const letIn = outcome === 101 || (outcome >= 200 && outcome < 300);
  const forbidden = NEVER_LET_IN.has(act) || (what === AFTER_LOG_OUT && !faults);
  return letIn && forbidden ? `${act}: ${what} was let in with ${outcome}` : undefined;
}

/** Which of these marks of others' messages are in a text that reached an attacker. */
export function findMarks(text: string, marks: readonly string[]): string[] {
  return marks.filter((mark) => text.includes(mark));
}
