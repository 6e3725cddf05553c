import fc from 'fast-check';
import { SendFrame } from '../events/message';
import { LIMITS } from '../limits';
import { decodeClientFrame } from './client-frames';
import { readPlainSend } from './plain-send';

/** Almost right: each field is right, wrong or absent. */
const nearly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: right }, fc.jsonValue());
const uuid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.constantFrom('123e4567-e89b-12d3-f456-426614174000', '123e4567e89b12d3a456426614174000', ''),
);
const clientId = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom('', 'x'.repeat(LIMITS.clientIdCharacters), 'x'.repeat(LIMITS.clientIdCharacters + 1)),
);
const required = { type: fc.constant('send'), content: nearly(fc.string({ unit: 'binary' })) };
const often = { ...required, id: nearly(clientId), after: nearly(clientId) };
const nearSend = fc.oneof(
  fc.record({ ...often, recipient_id: nearly(uuid) }, { requiredKeys: ['type', 'content'] }),
  fc.record({ ...often, conversation_id: nearly(uuid) }, { requiredKeys: ['type', 'content'] }),
  fc.record(
    {
      ...often,
      recipient_id: nearly(uuid),
      conversation_id: nearly(uuid),
      sender_id: nearly(uuid),
      data: nearly(fc.constant({ a: 1 })),
      reply_to: nearly(uuid),
      mentions: nearly(fc.array(uuid, { maxLength: 2 })),
      hue: fc.jsonValue(),
      ['__proto__']: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

describe('a send of content alone, read by hand', () => {
  it('is what the schema reads, and any other is left to it', () => {
    const read = { byHand: 0, bySchema: 0, refused: 0 };
    fc.assert(
      fc.property(nearSend, (frame) => {
        const text = JSON.stringify(frame);
        const fields = JSON.parse(text) as Record<string, unknown>;
        const parsed = SendFrame.safeParse(fields);
        const plain = readPlainSend(fields);
        if (plain !== undefined && fields['type'] === 'send') expect(plain).toStrictEqual(parsed.data);
        if (fields['type'] === 'send') {
          const decoded = decodeClientFrame(text);
          expect(decoded.ok ? decoded.frame : undefined).toStrictEqual(parsed.data);
        }
        read[plain !== undefined ? 'byHand' : parsed.success ? 'bySchema' : 'refused'] += 1;
      }),
      { numRuns: 4_000 },
    );
    // Of each some, by chance: some thirty of the rarest.
    expect(Math.min(read.byHand, read.bySchema, read.refused)).toBeGreaterThan(0);
  });

  it.each(['recipient_id', 'conversation_id'])('is one to a %s, with or without ids of its own', (target) => {
    const to = { content: 'hi', [target]: '123e4567-e89b-12d3-a456-426614174000' };
    for (const ids of [{}, { id: 'c-2' }, { id: 'c-2', after: 'c-1' }]) {
      expect(readPlainSend({ ...to, ...ids })).toStrictEqual({ type: 'send', ...to, ...ids });
    }
  });
});
