import fc from 'fast-check';
import { ERRORS } from '../error-codes';
import { LIMITS } from '../limits';
import { decodeClientFrame } from './client-frames';

const USER_1 = '123e4567-e89b-12d3-a456-426614174000';
const USER_2 = '789e0123-e45b-67d8-a901-324534567890';
const decode = (frame: unknown) => decodeClientFrame(JSON.stringify(frame));

describe('decodeClientFrame', () => {
  it('reads a send to a user and a send to a conversation', () => {
    expect(decode({ type: 'send', id: 'c-1', recipient_id: USER_2, content: 'hi' })).toEqual({
      ok: true,
      frame: { type: 'send', id: 'c-1', recipient_id: USER_2, content: 'hi' },
    });
    expect(decode({ type: 'send', conversation_id: USER_2.toUpperCase(), content: 'hi' })).toEqual({
      ok: true,
      frame: { type: 'send', conversation_id: USER_2, content: 'hi' },
    });
  });

  it('reads the legacy frame, which has no type', () => {
    expect(decode({ sender_id: USER_1, recipient_id: USER_2, content: 'hi' })).toEqual({
      ok: true,
      frame: { type: 'send', sender_id: USER_1, recipient_id: USER_2, content: 'hi' },
    });
  });

  it('reads received and authenticate', () => {
    expect(decode({ type: 'received', seq: 7 })).toEqual({ ok: true, frame: { type: 'received', seq: 7 } });
    expect(decode({ type: 'authenticate', token: 'a.b.c' })).toEqual({
      ok: true,
      frame: { type: 'authenticate', token: 'a.b.c' },
    });
  });

  it('reads typing in a conversation, and to a user', () => {
    expect(decode({ type: 'typing', conversation_id: USER_2.toUpperCase(), active: true })).toEqual({
      ok: true,
      frame: { type: 'typing', conversation_id: USER_2, active: true },
    });
    expect(decode({ type: 'typing', recipient_id: USER_2, active: false })).toMatchObject({ ok: true });
  });

  it('refuses what is nested deeper than the stack, wherever it stands', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    for (const field of ['content', 'data', 'id', 'mentions', 'reply_to', 'recipient_id']) {
      const frame = `{"type":"send","recipient_id":"${USER_2}","content":"hi","${field}":${deep}}`;
      expect(decodeClientFrame(frame)).toMatchObject({ ok: false, code: 'invalid_request' });
    }
    const data = `{"type":"send","recipient_id":"${USER_2}","content":"hi","data":{"a":${deep}}}`;
    expect(decodeClientFrame(data)).toMatchObject({ ok: false, code: 'invalid_request' });
  });

  it('ignores fields it does not know', () => {
    expect(decode({ type: 'received', seq: 1, later: true })).toEqual({
      ok: true,
      frame: { type: 'received', seq: 1 },
    });
  });

  it.each([
    ['not JSON', '{', 'invalid_json'],
    ['empty', '', 'invalid_json'],
    ['an array', '[]', 'invalid_json'],
    ['null', 'null', 'invalid_json'],
    ['a string', '"send"', 'invalid_json'],
    ['an object without type and content', '{}', 'invalid_request'],
    ['a type that is no string', '{"type":1}', 'invalid_request'],
    ['an unknown type', '{"type":"dance"}', 'unknown_type'],
    ['a type of the prototype', '{"type":"constructor"}', 'unknown_type'],
    ['__proto__ as type', '{"type":"__proto__"}', 'unknown_type'],
    ['a send without target', '{"type":"send","content":"x"}', 'invalid_request'],
    [
      'a send with both targets',
      `{"type":"send","recipient_id":"${USER_1}","conversation_id":"${USER_2}","content":"x"}`,
      'invalid_request',
    ],
    ['a recipient that is no UUID', '{"type":"send","recipient_id":"user2","content":"x"}', 'invalid_request'],
    ['content that is no text', `{"type":"send","recipient_id":"${USER_1}","content":5}`, 'invalid_request'],
    [
      'an id that is too long',
      `{"type":"send","id":"${'x'.repeat(LIMITS.clientIdCharacters + 1)}","recipient_id":"${USER_1}","content":"x"}`,
      'invalid_request',
    ],
    ['an id that is no text', `{"type":"send","id":1,"recipient_id":"${USER_1}","content":"x"}`, 'invalid_request'],
    ['received with a fraction', '{"type":"received","seq":1.5}', 'invalid_request'],
    ['received below zero', '{"type":"received","seq":-1}', 'invalid_request'],
    ['received beyond exact integers', '{"type":"received","seq":1e300}', 'invalid_request'],
    ['typing without target', '{"type":"typing","active":true}', 'invalid_request'],
    ['typing that does not say whether', `{"type":"typing","recipient_id":"${USER_1}"}`, 'invalid_request'],
    ['authenticate without token', '{"type":"authenticate"}', 'invalid_request'],
  ])('refuses %s', (_what, text, code) => {
    expect(decodeClientFrame(text)).toMatchObject({ ok: false, code });
  });

  it('names the faulty field and gives back the id, so that the sender knows which send it was', () => {
    const refused = decode({ type: 'send', id: 'c-9', recipient_id: 'nobody', content: 'x' });
    expect(refused).toMatchObject({ ok: false, type: 'send', id: 'c-9' });
    expect(refused.ok ? '' : refused.message).toContain('recipient_id');
  });

  it('never repeats the content in what it says about a fault', () => {
    const refused = decode({ type: 'send', recipient_id: 'secret-target', content: { secret: 'secret-content' } });
    expect(JSON.stringify(refused)).not.toContain('secret');
  });

  it('never throws and answers a known code, whatever text comes', () => {
    const soup = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .record(
          {
            type: fc.oneof(
              fc.constantFrom('send', 'received', 'authenticate', 'typing', 'watch', '__proto__', 'toString'),
              fc.jsonValue(),
            ),
            id: fc.oneof(fc.string(), fc.jsonValue()),
            recipient_id: fc.oneof(fc.uuid(), fc.jsonValue()),
            conversation_id: fc.oneof(fc.uuid(), fc.jsonValue()),
            sender_id: fc.oneof(fc.uuid(), fc.jsonValue()),
            content: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
            seq: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
            token: fc.jsonValue(),
            user_ids: fc.oneof(fc.array(fc.oneof(fc.uuid(), fc.string())), fc.jsonValue()),
            active: fc.oneof(fc.boolean(), fc.jsonValue()),
            ['__proto__']: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(soup, (text) => {
        const decoded = decodeClientFrame(text);
        if (decoded.ok) {
          expect(['send', 'received', 'authenticate', 'typing', 'watch']).toContain(decoded.frame.type);
        } else {
          expect(Object.keys(ERRORS)).toContain(decoded.code);
          expect(decoded.message.length).toBeLessThan(2_000);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads depth and size at the edge of a frame without harm', () => {
    const deep = '['.repeat(LIMITS.frameBytes / 2) + ']'.repeat(LIMITS.frameBytes / 2);
    expect(decodeClientFrame(deep)).toMatchObject({ ok: false, code: 'invalid_json' });
    expect(decodeClientFrame(`{"type":"received","seq":1,"x":${deep}}`)).toMatchObject({ ok: true });
    expect(decodeClientFrame(JSON.stringify({ type: 'x'.repeat(60_000) }))).toMatchObject({
      ok: false,
      code: 'unknown_type',
    });
  });

  it('gives back every send that keeps the rules', () => {
    const target = fc.oneof(
      fc.uuid().map((id) => ({ recipient_id: id })),
      fc.uuid().map((id) => ({ conversation_id: id })),
    );
    fc.assert(
      fc.property(
        target,
        fc.string({ minLength: 1, maxLength: 128 }),
        fc.string({ unit: 'binary' }),
        (to, id, content) => {
          const frame = { type: 'send', id, content, ...to };
          expect(decode(frame)).toEqual({ ok: true, frame });
        },
      ),
    );
  });
});
