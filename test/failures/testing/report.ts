/** One line of the table of faults: printed at once, and kept in FAILURES_TABLE for the runner to print them all. */
import { appendFileSync } from 'node:fs';
import type { Verdict } from '../../checker/check';
import type { Observation } from '../../checker/history';

export interface Row {
  fault: string;
  sent: number;
  accepted: number;
  rejected: number;
  /** Showings, over all devices. */
  delivered: number;
  /** Accepted and missing, or not shown somewhere it should be. */
  lost: number;
  /** Edits, deletions, reactions and reads that were accepted and compared with what is stored. */
  edits: number;
  deletions: number;
  reactions: number;
  reads: number;
  shownTwice: number;
  /** Frames that came again on the wire; clients do not show them. */
  repeatedFrames: number;
  /** From acceptance, or from the end of the fault where that was later, to the last showing. */
  worstDelayMs: number;
}

export const HEADINGS: readonly (keyof Row)[] = [
  'fault',
  'sent',
  'accepted',
  'rejected',
  'delivered',
  'lost',
  'edits',
  'deletions',
  'reactions',
  'reads',
  'shownTwice',
  'repeatedFrames',
  'worstDelayMs',
];

export function report(fault: string, verdict: Verdict, more: { healingMs: number; repeatedFrames: number }): Row {
  const { counts } = verdict;
  const row: Row = {
    fault,
    sent: verdict.sent,
    accepted: verdict.accepted,
    rejected: verdict.rejected,
    delivered: verdict.shown,
    lost: verdict.broken['accepted and missing'].length + verdict.broken['accepted and not shown'].length,
    edits: counts.edit.checked,
    deletions: counts.delete.checked,
    reactions: counts.react.checked,
    reads: counts.read.checked,
    shownTwice: verdict.broken['shown twice'].length,
    repeatedFrames: more.repeatedFrames,
    worstDelayMs: more.healingMs,
  };
  process.stdout.write(`${HEADINGS.map((name) => `${name}=${row[name]}`).join('  ')}\n`);
  const file = process.env['FAILURES_TABLE'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  return row;
}

/** The longest time from acceptance, or from the end of the fault where that was later, to a showing. */
export function worstDelayMs(observations: readonly Observation[], healedAt: number): number {
  const acceptedAt = new Map<string, number>();
  for (const one of observations) {
    if (one.kind === 'accepted' && !acceptedAt.has(one.message_id)) acceptedAt.set(one.message_id, one.at);
  }
  const delays = observations.flatMap((one) => {
    const from = one.kind === 'shown' ? acceptedAt.get(one.message_id) : undefined;
    return from === undefined || one.at < healedAt ? [] : [one.at - Math.max(from, healedAt)];
  });
  return delays.reduce((worst, one) => Math.max(worst, one), 0);
}
