import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('resuming', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  const send = async (from: TestUser, to: TestUser, contents: string[]): Promise<string[]> => {
    const socket = await users.connect(from);
    const ids: string[] = [];
    for (const content of contents) {
      const answer = await socket.ask({ recipient_id: to.id, content });
      expect(answer.type).toBe('accepted');
      ids.push(String(answer['message_id']));
    }
    await socket.seqOf(ids.at(-1));
    await socket.close();
    return ids;
  };

  it('sends an offline recipient its messages once when it comes back', async () => {
    const before = await users.connect(bob, { deviceId: 'phone' });
    await before.close();
    const ids = await send(alice, bob, ['one', 'two', 'three']);
    const phone = await users.connect(bob, { deviceId: 'phone', pod: 1 });
    await phone.until(() => phone.position() === 3, 'three entries');
    expect(phone.ofType('message').map((frame) => [frame['seq'], frame['message_id']])).toEqual([
      [1, ids[0]],
      [2, ids[1]],
      [3, ids[2]],
    ]);
    phone.send({ type: 'received', seq: 3 });
    await phone.close();

    const again = await users.connectAt(bob, 'phone', 3);
    const [marker] = await send(alice, bob, ['marker']);
    await again.find('message', (frame) => frame['message_id'] === marker);
    expect(again.ofType('message')).toHaveLength(1);
  });

  it('sends what was not confirmed again, with the same ids and numbers', async () => {
    const [one, two] = await send(alice, bob, ['one', 'two']);
    for (const pod of [0, 1]) {
      const phone = await users.connect(bob, { deviceId: 'phone', pod });
      await phone.until(() => phone.position() === 2, 'two entries');
      expect(phone.ofType('message').map((frame) => [frame['seq'], frame['message_id']])).toEqual([
        [1, one],
        [2, two],
      ]);
      await phone.close();
    }
  });

  it('resumes each device where that device stopped', async () => {
    const phone = await users.connect(bob, { deviceId: 'phone' });
    const laptop = await users.connect(bob, { deviceId: 'laptop', pod: 1 });
    const ids = await send(alice, bob, ['one', 'two']);
    for (const device of [phone, laptop]) await device.until(() => device.position() === 2, 'two entries');
    phone.send({ type: 'received', seq: 2 });
    laptop.send({ type: 'received', seq: 1 });
    await Promise.all([phone.close(), laptop.close()]);

    await users.connectAt(bob, 'phone', 2);
    const back = await users.connectAt(bob, 'laptop', 1);
    await back.until(() => back.position() === 2, 'the second entry');
    expect(back.ofType('message').map((frame) => frame['message_id'])).toEqual([ids[1]]);
  });

  it('starts a new device after what any device of its user confirmed', async () => {
    await send(alice, bob, ['one', 'two']);
    const phone = await users.connect(bob, { deviceId: 'phone' });
    await phone.until(() => phone.position() === 2, 'two entries');
    phone.send({ type: 'received', seq: 1 });
    await phone.close();
    await users.connectAt(bob, 'phone', 1);
    const tablet = await users.connect(bob, { deviceId: 'tablet' });
    expect(tablet.welcome['seq']).toBe(1);
    await tablet.until(() => tablet.position() === 2, 'the second entry');
  });

  it('never lets a cursor go back', async () => {
    await send(alice, bob, ['one', 'two']);
    const phone = await users.connect(bob, { deviceId: 'phone' });
    await phone.until(() => phone.position() === 2, 'two entries');
    phone.send({ type: 'received', seq: 2 });
    await phone.close();
    const second = await users.connectAt(bob, 'phone', 2);
    second.send({ type: 'received', seq: 0 });
    await second.close();
    const third = await users.connect(bob, { deviceId: 'phone' });
    expect(third.welcome['seq']).toBe(2);
  });

  it('says how much it skips where a device is far behind, sends the newest and keeps all in the history', async () => {
    const senders = await users.registerMany(6);
    const each = 90;
    const sockets = await Promise.all(senders.map((sender, pod) => users.connect(sender, { pod })));
    await Promise.all(
      sockets.map(async (socket, index) => {
        for (let n = 0; n < each; n += 1) {
          socket.send({ type: 'send', id: `m-${n}`, recipient_id: bob.id, content: `${index}-${n}` });
        }
        await socket.until(() => socket.ofType('accepted').length === each, `${each} accepted`);
        await socket.seqOf(socket.ofType('accepted').at(-1)?.['message_id']);
      }),
    );
    const total = senders.length * each;
    const phone = await users.connect(bob, { deviceId: 'phone' });
    const start = Number(phone.welcome['seq']);
    expect(phone.welcome['skipped']).toBe(start);
    expect(start).toBe(total - 500);
    await phone.until(() => phone.position() === total, 'the newest 500');
    const entries = phone.ofType('message');
    expect(entries.map((frame) => frame['seq'])).toEqual(Array.from({ length: 500 }, (_, index) => start + 1 + index));

    const conversation = String(sockets[0]?.ofType('accepted')[0]?.['conversation_id']);
    const history = await users.api(bob, 'GET', `/conversations/${conversation}/messages?limit=100`);
    expect(history.body.messages).toHaveLength(each);
  });
});
