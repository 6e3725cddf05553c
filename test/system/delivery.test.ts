import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('delivery', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  it('welcomes first, with who is connected, where the inbox begins and which limits are in force', async () => {
    const socket = await users.connect(alice, { deviceId: 'phone' });
    expect(socket.welcome).toMatchObject({
      type: 'welcome',
      user_id: alice.id,
      device_id: 'phone',
      seq: 0,
      ping_interval_ms: expect.any(Number) as number,
      limits: {
        frame_bytes: expect.any(Number) as number,
        content_bytes: expect.any(Number) as number,
        unacknowledged_sends: expect.any(Number) as number,
      },
    });
  });

  it('names a device that did not name itself', async () => {
    const socket = await users.connect(alice);
    expect(String(socket.welcome['device_id'])).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  });

  it('takes a token as a subprotocol and echoes chat.v1 alone', async () => {
    const socket = await users.connect(alice, { by: 'subprotocol' });
    expect(socket.socket.protocol).toBe('chat.v1');
    expect(socket.welcome['user_id']).toBe(alice.id);
  });

  it('accepts a message, delivers it to a recipient on any pod and tells both when it is stored', async () => {
    const sender = await users.connect(alice, { pod: 0 });
    const recipient = await users.connect(bob, { pod: 1 });
    const answer = await sender.ask({ id: 'c-1', recipient_id: bob.id, content: 'grüße 👋' });
    expect(answer).toMatchObject({ type: 'accepted', id: 'c-1' });
    expect(Number.isNaN(Date.parse(String(answer['sent_at'])))).toBe(false);
    const message = await recipient.next('message');
    expect(message).toMatchObject({
      message_id: answer['message_id'],
      conversation_id: answer['conversation_id'],
      sender_id: alice.id,
      recipient_id: bob.id,
      content: 'grüße 👋',
      sent_at: answer['sent_at'],
    });
    expect(await sender.seqOf(answer['message_id'])).toBe(1);
    expect(await recipient.seqOf(answer['message_id'])).toBe(1);
  });

  it('does not send a sender its own message on the connection it came from, but to its other devices', async () => {
    const phone = await users.connect(alice, { deviceId: 'phone', pod: 0 });
    const laptop = await users.connect(alice, { deviceId: 'laptop', pod: 1 });
    const { message_id: id } = await phone.ask({ recipient_id: bob.id, content: 'from my phone' });
    expect(await laptop.next('message')).toMatchObject({ message_id: id, sender_id: alice.id });
    await phone.seqOf(id);
    expect(phone.copiesOf(id)).toEqual([]);
  });

  it('delivers a message to oneself', async () => {
    const phone = await users.connect(alice, { deviceId: 'phone' });
    const laptop = await users.connect(alice, { deviceId: 'laptop', pod: 1 });
    const answer = await phone.ask({ recipient_id: alice.id, content: 'note to self' });
    expect(answer['type']).toBe('accepted');
    expect(await laptop.next('message')).toMatchObject({ content: 'note to self' });
    expect(await laptop.seqOf(answer['message_id'])).toBe(1);
  });

  it('keeps the order of messages that were accepted one after another', async () => {
    const sender = await users.connect(alice, { pod: 0 });
    const recipient = await users.connect(bob, { pod: 1 });
    const sent: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      expect((await sender.ask({ recipient_id: bob.id, content: String(n) })).type).toBe('accepted');
      sent.push(String(n));
    }
    await recipient.until(() => recipient.ofType('message').length >= 30, '30 messages');
    expect(recipient.ofType('message').map((frame) => frame['content'])).toEqual(sent);
    await recipient.until(() => recipient.position() === 30, 'all 30 numbers');
  });

  it('keeps the order of messages that were sent at once on one connection', async () => {
    const sender = await users.connect(alice);
    const recipient = await users.connect(bob, { pod: 1 });
    for (let n = 0; n < 60; n += 1) {
      sender.send({ type: 'send', id: `b-${n}`, recipient_id: bob.id, content: String(n) });
    }
    await sender.until(() => sender.ofType('accepted').length === 60, '60 accepted');
    expect(sender.ofType('accepted').map((frame) => frame['id'])).toEqual(
      Array.from({ length: 60 }, (_, n) => `b-${n}`),
    );
    await recipient.until(() => recipient.position() === 60, 'all 60 numbers');
    expect(recipient.ofType('message').map((frame) => frame['content'])).toEqual(
      Array.from({ length: 60 }, (_, n) => String(n)),
    );
  });

  it('answers a conversation by its id like one by its recipient', async () => {
    const sender = await users.connect(alice);
    const recipient = await users.connect(bob, { pod: 1 });
    const first = await sender.ask({ recipient_id: bob.id, content: 'one' });
    await recipient.seqOf((await recipient.next('message'))['message_id']);
    const second = await recipient.ask({ conversation_id: String(first['conversation_id']), content: 'two' });
    expect(second).toMatchObject({ type: 'accepted', conversation_id: first['conversation_id'] });
    expect(await sender.next('message')).toMatchObject({ content: 'two', sender_id: bob.id, recipient_id: alice.id });
  });

  it('shows a message to nobody but the two users of its conversation', async () => {
    const carol = await users.register();
    const stranger = await users.connect(carol);
    const sender = await users.connect(alice);
    const recipient = await users.connect(bob, { pod: 1 });
    await sender.ask({ recipient_id: bob.id, content: 'between us' });
    await recipient.next('message');
    await sender.ask({ recipient_id: carol.id, content: 'for carol' });
    expect((await stranger.next('message'))['content']).toBe('for carol');
    expect(stranger.ofType('message')).toHaveLength(1);
  });
});
