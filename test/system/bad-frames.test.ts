import { randomUUID } from 'node:crypto';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';
import type { Frame, RawSocket } from '../testing/raw-socket';

describeSystem('frames that are wrong', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let socket: RawSocket;

  beforeAll(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  beforeEach(async () => {
    socket = await users.connect(alice);
  });
  afterEach(() => users.closeAll());

  /** The connection lives on, and a good message still goes through. */
  const stillWorks = async (): Promise<void> => {
    expect(await socket.ask({ recipient_id: bob.id, content: 'still here' })).toMatchObject({ type: 'accepted' });
  };

  it.each<[string, string, string]>([
    ['malformed JSON', '{"type":', 'invalid_json'],
    ['an empty frame', '', 'invalid_json'],
    ['JSON that is no object', '[1,2]', 'invalid_json'],
    ['deeply nested JSON', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'invalid_json'],
    ['an unknown type', '{"type":"dance"}', 'unknown_type'],
    ['a type of the prototype', '{"type":"__proto__"}', 'unknown_type'],
    ['a type that is no text', '{"type":7}', 'invalid_request'],
    ['neither type nor content', '{"recipient_id":"x"}', 'invalid_request'],
    ['a position that is no number', '{"type":"received","seq":"1"}', 'invalid_request'],
    ['a position below zero', '{"type":"received","seq":-1}', 'invalid_request'],
    ['a position beyond the inbox', '{"type":"received","seq":1000000}', 'invalid_request'],
    ['authenticate without a token', '{"type":"authenticate"}', 'invalid_request'],
  ])('get an error frame and leave the connection open: %s', async (_what, text, code) => {
    socket.sendText(text);
    expect(await socket.next('error')).toMatchObject({ code, message: expect.any(String) as string });
    await stillWorks();
  });

  const send = (fields: Record<string, unknown>): Record<string, unknown> => ({
    type: 'send',
    id: 'c-1',
    recipient_id: bob.id,
    content: 'x',
    ...fields,
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ['without a target', () => send({ recipient_id: undefined }), 'invalid_request'],
    ['with two targets', () => send({ conversation_id: randomUUID() }), 'invalid_request'],
    ['to what is no id', () => send({ recipient_id: 'user2' }), 'invalid_request'],
    ['without content', () => send({ content: undefined }), 'invalid_request'],
    ['with content that is no text', () => send({ content: 42 }), 'invalid_request'],
    ['with empty content', () => send({ content: '' }), 'content_empty'],
    ['with oversized content', () => send({ content: 'x'.repeat(16 * 1024 + 1) }), 'content_too_large'],
    ['with content oversized in bytes', () => send({ content: 'é'.repeat(8 * 1024 + 1) }), 'content_too_large'],
    ['with U+0000', () => send({ content: 'a\u0000b' }), 'content_invalid'],
    ['with a lone surrogate', () => send({ content: 'a\ud800b' }), 'content_invalid'],
    ['as another user', () => send({ sender_id: bob.id }), 'wrong_user'],
    ['to an unknown recipient', () => send({ recipient_id: randomUUID() }), 'unknown_recipient'],
    [
      'to an unknown conversation',
      () => send({ recipient_id: undefined, conversation_id: randomUUID() }),
      'unknown_conversation',
    ],
  ])('get a send rejected with its id and leave the connection open: %s', async (_what, frame, code) => {
    socket.send(frame());
    const rejected = await socket.next('rejected');
    expect(rejected).toEqual({
      type: 'rejected',
      id: 'c-1',
      code,
      message: expect.any(String) as string,
      retryable: false,
    });
    await stillWorks();
  });

  it('get a send rejected with an id that is too long', async () => {
    socket.send(send({ id: 'x'.repeat(129) }));
    expect(await socket.next('rejected')).toMatchObject({ code: 'invalid_request', retryable: false });
    await stillWorks();
  });

  it('get a send rejected whose data is nested deeper than any stack', async () => {
    const data = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    socket.sendText(`{"type":"send","id":"deep","recipient_id":"${bob.id}","content":"x","data":${data}}`);
    expect(await socket.next('rejected')).toMatchObject({ id: 'deep', code: 'invalid_request' });
    await stillWorks();
  });

  it('do not count content at the bound among them', async () => {
    const recipient = await users.connect(bob, { pod: 1 });
    const content = 'é'.repeat(8 * 1024);
    const answer = await socket.ask({ recipient_id: bob.id, content });
    expect(answer.type).toBe('accepted');
    const message = await recipient.find('message', (frame) => frame['message_id'] === answer['message_id']);
    expect(message['content']).toBe(content);
  });

  it('do not count fields of later versions among them', async () => {
    socket.send({ type: 'send', id: 'c-1', recipient_id: bob.id, content: 'x', later: { version: 2 } });
    expect(await socket.next('accepted')).toMatchObject({ id: 'c-1' });
  });

  it('never repeat the content of a message in what is said about it', async () => {
    socket.send({ type: 'send', id: 'c-1', recipient_id: 'nobody', content: 'a secret' });
    const rejected: Frame = await socket.next('rejected');
    expect(JSON.stringify(rejected)).not.toContain('secret');
  });

  it.each<[string, (limit: number) => [string | Buffer, boolean], number]>([
    ['a frame beyond the limit', (limit) => ['x'.repeat(limit + 1), false], 1009],
    ['a binary frame', () => [Buffer.from('{"type":"received","seq":0}'), true], 1003],
    ['text that is no UTF-8', () => [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), false], 1007],
  ])('close the connection: %s', async (_what, make, code) => {
    const { frame_bytes: limit } = socket.welcome['limits'] as { frame_bytes: number };
    const [data, binary] = make(limit);
    socket.socket.send(data, { binary });
    expect(await socket.closed).toBe(code);
    socket = await users.connect(alice);
    await stillWorks();
  });

  it('close the connection with 1009 also where the frame comes in fragments', async () => {
    const { frame_bytes: limit } = socket.welcome['limits'] as { frame_bytes: number };
    const part = 'x'.repeat(Math.ceil(limit / 4));
    for (let n = 0; n < 6; n += 1) socket.socket.send(part, { fin: false });
    expect(await socket.closed).toBe(1009);
  });

  it('close the connection with 4502 where a client keeps sending what cannot be read', async () => {
    for (let n = 0; n < 40; n += 1) socket.sendText('nonsense');
    expect(await socket.closed).toBe(4502);
    expect(socket.ofType('error').length).toBeGreaterThanOrEqual(10);
  });

  it('get too many sends at once rejected for the moment, and every one of them accepted in the end', async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    socket = await users.connect(alice);
    const recipient = await users.connect(bob, { pod: 1 });
    const count = 130;
    const push = (ids: Iterable<string>): void => {
      for (const id of ids) socket.send({ type: 'send', id, recipient_id: bob.id, content: id });
    };
    push(Array.from({ length: count }, (_, n) => `r-${n}`));
    const answered = (): Frame[] => [...socket.ofType('accepted'), ...socket.ofType('rejected')];
    await socket.until(() => answered().length === count, `${count} answers`);
    const rejected = socket.ofType('rejected');
    for (const frame of rejected) {
      expect(frame).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(Number(frame['retry_after_ms'])).toBeGreaterThan(0);
    }
    expect(rejected.length).toBeGreaterThan(0);
    const wanting = rejected.map((frame) => String(frame['id']));
    for (const id of wanting) {
      let answer = await socket.ask({ id, recipient_id: bob.id, content: id });
      while (answer.type === 'rejected') {
        await new Promise((resolve) => setTimeout(resolve, Number(answer['retry_after_ms'])));
        answer = await socket.ask({ id, recipient_id: bob.id, content: id });
      }
    }
    await recipient.until(() => recipient.position() === count, 'all of them');
    expect(new Set(recipient.ofType('message').map((frame) => frame['content'])).size).toBe(count);
  });
});
