/**
 * What a pod pays to read an envelope, in microseconds, median of rounds: by hand, as it does, and by the schemas.
 *
 *   node --require ./test/testing/run-typescript.cjs packages/protocol/bench/read-envelope.ts
 */
import { randomUUID } from 'node:crypto';
import {
  EventEnvelope,
  readEnvelope,
  StoredEventsEnvelope,
  writeEnvelope,
  type ChannelEnvelope,
} from '@chat-app/protocol';

const ROUNDS = 7;
const CALLS = 20_000;
const decoder = new TextDecoder();

const id = randomUUID();
const envelopes: Record<string, ChannelEnvelope> = {
  'stored, one message for one user': { kind: 'stored', event_ids: [id], positions: { [id]: [4_711] } },
  'stored, ten messages for ten users': {
    kind: 'stored',
    event_ids: Array.from({ length: 10 }, () => randomUUID()),
    positions: Object.fromEntries(
      Array.from({ length: 10 }, () => [randomUUID(), Array.from({ length: 10 }, (_, n) => n + 1)]),
    ),
  },
  event: { kind: 'event', event_kind: 'message', event_id: id, conversation_id: id, actor_id: id, origin: id },
};

for (const [name, envelope] of Object.entries(envelopes)) {
  const payload = Buffer.from(writeEnvelope(envelope));
  const schema = envelope.kind === 'stored' ? StoredEventsEnvelope : EventEnvelope;
  const byHand = (): unknown => readEnvelope(payload);
  const bySchema = (): unknown => schema.safeParse(JSON.parse(decoder.decode(payload)));
  const rounds = Array.from({ length: ROUNDS }, () => [time(byHand), time(bySchema)] as const);
  const median = (times: number[]): number => times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  const by_hand = median(rounds.map(([hand]) => hand)).toFixed(2);
  const by_schema = median(rounds.map(([, schema]) => schema)).toFixed(2);
  process.stdout.write(`${JSON.stringify({ envelope: name, by_hand, by_schema })}\n`);
}

/** Microseconds a call. */
function time(call: () => unknown): number {
  const began = performance.now();
  for (let n = 0; n < CALLS; n += 1) call();
  return ((performance.now() - began) * 1_000) / CALLS;
}
