import type { Random } from '../random';

/** What is written to an open socket: text, or bytes as a binary frame. */
export interface BadFrame {
  what: string;
  data: string | Buffer;
}

const FRAME_BYTES = 64 * 1_024;

/** Frames of no good client, of each kind; what is in them is chosen at random. */
export function badFrames(random: Random, victimId: string): BadFrame[] {
  const send = (fields: object): string => JSON.stringify({ type: 'send', id: 'x', content: 'x', ...fields });
  const depth = Math.floor(random.between(1_000, 12_000));
  const noise = Buffer.from(Array.from({ length: 200 }, () => Math.floor(random.between(0, 256))));
  return [
    { what: 'a binary frame', data: noise },
    { what: 'a frame that is too large', data: 'x'.repeat(FRAME_BYTES + 1 + Math.floor(random.between(0, 100_000))) },
    { what: 'no JSON', data: noise.toString('latin1') },
    { what: 'half of some JSON', data: send({ recipient_id: victimId }).slice(0, Math.floor(random.between(1, 60))) },
    { what: 'deep arrays', data: `${'['.repeat(depth)}${']'.repeat(depth)}` },
    { what: 'deep objects', data: `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}` },
    { what: 'deep data', data: send({ recipient_id: victimId, data: deep(depth) }) },
    { what: 'a prototype', data: '{"type":"send","__proto__":{"recipient_id":1},"constructor":{"prototype":{}}}' },
    { what: 'an unknown type', data: JSON.stringify({ type: random.pick(['__proto__', 'toString', 'dance', '']) }) },
    { what: 'a number without end', data: `{"type":"received","seq":${'9'.repeat(4_000)}}` },
    { what: 'a position beyond the inbox', data: JSON.stringify({ type: 'received', seq: Number.MAX_SAFE_INTEGER }) },
    { what: "another's sender_id", data: send({ sender_id: victimId, recipient_id: victimId }) },
    { what: 'lone surrogates and zeros', data: send({ recipient_id: victimId, content: '\u0000\ud800\udfff' }) },
    { what: 'two recipients', data: send({ recipient_id: victimId, conversation_id: victimId }) },
    { what: 'nothing', data: '' },
  ];
}

/** Nested so deep without recursion: a stack would end before. */
function deep(depth: number): unknown {
  let inner: unknown = 1;
  for (let level = 0; level < Math.min(depth, 3_000); level += 1) inner = [inner];
  return inner;
}
