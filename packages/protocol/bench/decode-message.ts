/**
 * What persistence pays to read a message of the log, in microseconds, median of rounds: by hand, as it does, and by the schema.
 *
 *   node --require ./test/testing/run-typescript.cjs packages/protocol/bench/decode-message.ts
 */
import { randomUUID } from 'node:crypto';
import { decodeEvent, EVENT_KINDS } from '@chat-app/protocol';

const ROUNDS = 15;
const VALUES = Array.from({ length: 200 }, (_, n) =>
  JSON.stringify({
    message_id: randomUUID(),
    conversation_id: randomUUID(),
    sender_id: randomUUID(),
    recipient_id: randomUUID(),
    content: `a message of the usual length, number ${n}`,
    sent_at: new Date().toISOString(),
  }),
);
const CALLS = 50;

const byHand = (value: string): unknown => decodeEvent('message', value);
const bySchema = (value: string): unknown => EVENT_KINDS.message.record.safeParse(JSON.parse(value));
const rounds = Array.from({ length: ROUNDS }, () => [time(byHand), time(bySchema)] as const);
const median = (times: number[]): string => (times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0).toFixed(2);
const by_hand = median(rounds.map(([hand]) => hand));
const by_schema = median(rounds.map(([, schema]) => schema));
process.stdout.write(`${JSON.stringify({ by_hand, by_schema })}\n`);

/** Microseconds of CPU a message. */
function time(read: (value: string) => unknown): number {
  const before = process.cpuUsage();
  for (let n = 0; n < CALLS; n += 1) VALUES.forEach(read);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (CALLS * VALUES.length);
}
