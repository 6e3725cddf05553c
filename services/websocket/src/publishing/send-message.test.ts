import { decodeEvent, directConversationId, messageId, MESSAGES_TOPIC } from '@chat-app/protocol';
import { TestClock } from '../testing/test-clock';
import { ALICE, BOB, CAROL, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

describe('sending a message', () => {
  let world: TestWorld;
  let pod: TestPod;
  let alice: TestClient;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod({ MAX_UNACKNOWLEDGED_SENDS: 4, SENDS_PER_SECOND: 1, SENDS_BURST: 40 });
    alice = await world.connect(pod, ALICE);
  });
  afterEach(() => world.close());

  it('appends a message with a deterministic id, keyed by conversation, before it says accepted', async () => {
    world.log.hold();
    alice.say({ type: 'send', id: 'one', recipient_id: BOB, content: 'hello' });
    await until(() => world.log.queued === 1);
    expect(alice.all('accepted')).toEqual([]);
    world.log.release();
    const accepted = await alice.next('accepted');
    const conversation_id = directConversationId(ALICE, BOB);
    const identity = { sender_id: ALICE, conversation_id, id: 'one', content: 'hello' };
    expect(accepted).toEqual({
      type: 'accepted',
      id: 'one',
      message_id: messageId(identity),
      conversation_id,
      sent_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    const [record] = world.log.records;
    expect(record).toMatchObject({ topic: MESSAGES_TOPIC, key: conversation_id, headers: {} });
    expect(decodeEvent('message', record!.value)).toMatchObject({
      ok: true,
      value: { content: 'hello', recipient_id: BOB },
    });
  });

  it('carries data as a part of what makes it the same message, and refuses what cannot be carried', async () => {
    for (const data of [{ a: 1, b: 'ü' }, { a: 2 }, { a: 1, b: 'ü' }]) {
      alice.say({ type: 'send', id: 'x', recipient_id: BOB, content: 'same', data });
    }
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await alice.next('accepted')).message_id);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[1]).not.toBe(ids[0]);
    expect(JSON.parse(world.log.records[0]!.value)).toMatchObject({ data: { a: 1, b: 'ü' } });
    for (const data of [[], 'text', { large: 'x'.repeat(5_000) }]) {
      alice.say({ type: 'send', recipient_id: BOB, content: 'x', data });
      expect(await alice.next('rejected')).toMatchObject({ code: 'invalid_request', retryable: false });
    }
  });

  it('takes the frame of a legacy client as it was', async () => {
    alice.say({ sender_id: ALICE, recipient_id: BOB, content: 'hello' });
    expect(await alice.next('accepted')).not.toHaveProperty('id');
  });

  it('makes a repeated send the same message, and one with other content another', async () => {
    for (const content of ['same', 'same', 'other']) alice.say({ type: 'send', id: 'x', recipient_id: BOB, content });
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await alice.next('accepted')).message_id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it.each([
    ['empty content', { content: '' }, 'content_empty'],
    ['too much content', { content: 'ä'.repeat(8_193) }, 'content_too_large'],
    ['U+0000', { content: 'a\u0000b' }, 'content_invalid'],
    ['a lone surrogate', { content: 'a\ud800b' }, 'content_invalid'],
    ['another sender', { content: 'x', sender_id: BOB }, 'wrong_user'],
    ['two destinations', { content: 'x', conversation_id: CAROL }, 'invalid_request'],
    ['no content', {}, 'invalid_request'],
  ])('rejects %s, and the connection goes on', async (_, fields, code) => {
    alice.say({ type: 'send', id: 'bad', recipient_id: BOB, ...fields });
    expect(await alice.next('rejected')).toMatchObject({ id: 'bad', code, retryable: false });
    alice.say({ type: 'send', recipient_id: BOB, content: 'good' });
    await alice.next('accepted');
    expect(world.log.records).toHaveLength(1);
  });

  it('rejects a recipient who does not exist, and takes one to exist during an outage of authentication', async () => {
    world.authentication.unknown.add(CAROL);
    alice.say({ type: 'send', recipient_id: CAROL, content: 'x' });
    expect(await alice.next('rejected')).toMatchObject({ code: 'unknown_recipient', retryable: false });
    world.authentication.unavailable = true;
    alice.say({ type: 'send', recipient_id: CAROL, content: 'x' });
    await alice.next('accepted');
  });

  it('asks only once for a recipient who exists', async () => {
    for (let n = 0; n < 3; n += 1) {
      alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
      await alice.next('accepted');
    }
    expect(world.authentication.questions).toBe(1);
  });

  it('finds the other user of a direct conversation by its id, as either of them', async () => {
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    const { conversation_id } = await alice.next('accepted');
    const other = await world.pod();
    const bob = await world.connect(other, BOB);
    bob.say({ type: 'send', conversation_id, content: 'back' });
    await bob.next('accepted');
    expect(await alice.next('message')).toMatchObject({ content: 'back', sender_id: BOB, recipient_id: ALICE });
    const carol = await world.connect(pod, CAROL);
    carol.say({ type: 'send', conversation_id, content: 'intruding' });
    expect(await carol.next('rejected')).toMatchObject({ code: 'unknown_conversation' });
  });

  it('says unavailable, not unknown, to a group that cannot be looked up', async () => {
    world.persistence.unavailable = true;
    alice.say({ type: 'send', conversation_id: CAROL, content: 'x' });
    expect(await alice.next('rejected')).toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('says unavailable when the log does not answer, and the same id may be sent again', async () => {
    world.log.fail('log_unavailable', { writes: true });
    const send = { type: 'send', id: 'again', recipient_id: BOB, content: 'x' };
    alice.say(send);
    const rejected = await alice.next('rejected');
    expect(rejected).toMatchObject({ id: 'again', code: 'unavailable', retryable: true });
    expect(rejected.retry_after_ms).toBeGreaterThan(0);
    world.log.heal();
    alice.say(send);
    const { message_id } = await alice.next('accepted');
    // It was written both times; it exists once.
    expect(world.persistence.inbox(BOB)).toHaveLength(1);
    expect(world.persistence.inbox(BOB)[0]).toMatchObject({ event_id: message_id });
  });

  it('says overloaded when the log has no room', async () => {
    world.log.fail('log_overloaded');
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    expect(await alice.next('rejected')).toMatchObject({ code: 'overloaded', retryable: true });
  });

  it('appends and answers in the order of the sends, also where one has to be looked up', async () => {
    alice.say({ type: 'send', recipient_id: BOB, content: 'known' });
    await alice.next('accepted');
    world.log.hold();
    for (const [id, recipient_id] of [
      ['1', CAROL],
      ['2', BOB],
      ['3', CAROL],
    ]) {
      alice.say({ type: 'send', id, recipient_id, content: 'x' });
    }
    await until(() => world.log.queued === 3);
    world.log.release();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await alice.next('accepted')).id);
    expect(ids).toEqual(['1', '2', '3']);
    const recipients = world.log.records
      .slice(1)
      .map(({ value }) => (JSON.parse(value) as { recipient_id: string }).recipient_id);
    expect(recipients).toEqual([CAROL, BOB, CAROL]);
  });

  describe('that names the one before it', () => {
    const say = (id: string, after?: string): void =>
      alice.say({ type: 'send', id, recipient_id: BOB, content: id, ...(after !== undefined && { after }) });
    const contents = (): unknown[] =>
      world.log.records.map(({ value }) => (JSON.parse(value) as { content: string }).content);

    it('refuses it where that one was rejected, until that one comes again: nothing overtakes', async () => {
      world.log.fail('log_overloaded');
      say('1');
      expect(await alice.next('rejected')).toMatchObject({ id: '1', code: 'overloaded' });
      world.log.heal();
      say('2', '1');
      say('3', '2');
      for (const id of ['2', '3']) {
        expect(await alice.next('rejected')).toMatchObject({ id, code: 'out_of_order', retryable: true });
      }
      say('1');
      say('2', '1');
      say('3', '2');
      for (const id of ['1', '2', '3']) expect((await alice.next('accepted')).id).toBe(id);
      expect(contents()).toEqual(['1', '2', '3']);
    });

    it('refuses it where that one is rejected while it waits to be looked up itself', async () => {
      world.persistence.unavailable = true;
      alice.say({ type: 'send', id: '1', conversation_id: CAROL, content: '1' });
      alice.say({ type: 'send', id: '2', conversation_id: CAROL, content: '2', after: '1' });
      expect(await alice.next('rejected')).toMatchObject({ id: '1', code: 'unavailable' });
      expect(await alice.next('rejected')).toMatchObject({ id: '2', code: 'out_of_order' });
    });

    it('takes it where that one was accepted, refused for good, or is not known', async () => {
      say('1');
      expect((await alice.next('accepted')).id).toBe('1');
      alice.say({ type: 'send', id: 'bad', recipient_id: BOB, content: '', after: '1' });
      expect(await alice.next('rejected')).toMatchObject({ id: 'bad', code: 'content_empty' });
      say('2', '1');
      say('3', 'bad');
      say('4', 'never sent');
      for (const id of ['2', '3', '4']) expect((await alice.next('accepted')).id).toBe(id);
    });

    it('charges no rate for what is out of order, and fails nothing that came before', async () => {
      const clock = new TestClock();
      clock.stop();
      // The rate is shared with the pod that runs already, the burst is each pod's.
      pod = await world.pod({ SENDS_PER_SECOND: 2, SENDS_BURST: 2 }, { clock });
      alice = await world.connect(pod, ALICE);
      world.log.hold();
      say('1');
      say('2', '1');
      say('3', '2');
      for (let n = 4; n < 400; n += 1) say(String(n), String(n - 1));
      await until(() => world.log.queued === 2);
      world.log.release();
      expect([(await alice.next('accepted')).id, (await alice.next('accepted')).id]).toEqual(['1', '2']);
      await until(() => alice.all('rejected').length === 397);
      const codes = alice.all('rejected').map(({ code }) => code);
      expect(codes[0]).toBe('rate_limited');
      expect(new Set(codes.slice(1))).toEqual(new Set(['out_of_order']));
    });
  });

  it('stops reading at the bound of unanswered sends, refuses beyond twice that, and goes on once answered', async () => {
    world.log.hold();
    // One write, so that all frames are read before reading stops.
    const socket = (alice.socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
    socket.cork();
    for (let n = 0; n < 12; n += 1) alice.say({ type: 'send', id: `${n}`, recipient_id: BOB, content: 'x' });
    socket.uncork();
    await until(() => world.log.queued === 8);
    alice.say({ type: 'send', id: 'later', recipient_id: BOB, content: 'x' });
    world.log.release();
    await until(() => alice.all('rejected').length === 4);
    expect(alice.all('rejected').map(({ id, code }) => [id, code])).toEqual(
      ['8', '9', '10', '11'].map((id) => [id, 'overloaded']),
    );
    await until(() => alice.all('accepted').length === 9);
    expect(alice.all('accepted').at(-1)?.id).toBe('later');
  });

  it('answers in the order of the sends, also one that is refused at once', async () => {
    world.log.hold();
    alice.say({ type: 'send', id: 'good', recipient_id: BOB, content: 'x' });
    alice.say({ type: 'send', id: 'bad', recipient_id: 'nobody', content: 'x' });
    await until(() => world.log.queued === 1);
    world.log.release();
    await until(() => alice.all('rejected').length === 1);
    const answers = alice.frames.filter(({ type }) => type === 'accepted' || type === 'rejected');
    expect(answers.map(({ type }) => type)).toEqual(['accepted', 'rejected']);
  });

  it('limits the rate of a user, and closes who ignores it', async () => {
    // A clock that stands still: no token comes back however long the sends take.
    const clock = new TestClock();
    clock.stop();
    // The rate is shared with the pod that runs already, the burst is each pod's.
    pod = await world.pod({ SENDS_PER_SECOND: 2, SENDS_BURST: 40 }, { clock });
    alice = await world.connect(pod, ALICE);
    for (let n = 0; n < 41; n += 1) {
      alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
      await until(() => alice.all('accepted').length + alice.all('rejected').length === n + 1);
    }
    const rejected = await alice.next('rejected');
    expect(rejected).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(rejected.retry_after_ms).toBeGreaterThan(0);
    expect(rejected.retry_after_ms).toBeLessThanOrEqual(1_000);
    for (let n = 0; n < 400; n += 1) alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    expect((await alice.closed).code).toBe(4003);
  });

  it('sends an own message that was refused but stored all the same, as a message with its number', async () => {
    world.log.fail('log_unavailable', { writes: true });
    alice.say({ type: 'send', id: 'a', recipient_id: BOB, content: 'ghost' });
    await alice.next('rejected');
    expect(await alice.next('message')).toMatchObject({ content: 'ghost', seq: 1 });
  });
});
