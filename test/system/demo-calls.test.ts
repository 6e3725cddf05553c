import { randomUUID } from 'node:crypto';
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers } from '../testing/system-users';
import { RawSocket } from '../testing/raw-socket';

const USER_1 = '123e4567-e89b-12d3-a456-426614174000';
const USER_2 = '789e0123-e45b-67d8-a901-324534567890';

/** Where the operator created no demo users (SYSTEM_DEMO_USERS=false) there is nothing to try. */
const itWithDemoUsers = process.env['SYSTEM_DEMO_USERS'] === 'false' ? it.skip : it;

describeSystem('the requests of legacy clients', (target) => {
  const users = new SystemUsers(target);
  const open: RawSocket[] = [];
  afterAll(async () => {
    await Promise.all([users.closeAll(), ...open.map((socket) => socket.close())]);
  });

  const login = async (username: string, password: string): Promise<string> => {
    const answer = await call('GET', `${target.authentication}/login`, { body: { username, password } });
    expect(answer.status).toBe(200);
    return String(answer.body.token);
  };
  const connect = async (userId: string, token: string): Promise<RawSocket> => {
    const socket = await RawSocket.open(target.websockets[0], { path: `/ws/${userId}`, token });
    open.push(socket);
    return socket;
  };

  itWithDemoUsers('log in by GET with a JSON body', async () => {
    const answer = await call('GET', `${target.authentication}/login`, {
      body: { username: 'user1', password: 'pwd1' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      user_id: USER_1,
      token: expect.any(String) as string,
      expires_in: expect.any(Number) as number,
    });
  });

  itWithDemoUsers.each(['user1', 'user2', 'user3', 'user4', 'user5'])('know %s and its password', async (username) => {
    await login(username, username.replace('user', 'pwd'));
  });

  itWithDemoUsers('connect to /ws/{user_id} with a bearer token and exchange frames without a type', async () => {
    const sender = await connect(USER_1, await login('user1', 'pwd1'));
    const recipient = await connect(USER_2, await login('user2', 'pwd2'));
    const content = `hello ${randomUUID()}`;
    sender.send({ sender_id: USER_1, recipient_id: USER_2, content });
    const accepted = await sender.next('accepted');
    const message = await recipient.next('message', (frame) => frame['content'] === content);
    expect(message).toMatchObject({
      message_id: accepted['message_id'],
      sender_id: USER_1,
      recipient_id: USER_2,
      content,
    });
  });

  itWithDemoUsers('take another user neither as the path nor as the sender', async () => {
    const token = await login('user1', 'pwd1');
    await expect(connect(USER_2, token)).rejects.toThrow('403');
    const sender = await connect(USER_1, token);
    sender.send({ sender_id: USER_2, recipient_id: USER_1, content: 'not me' });
    expect(await sender.next('rejected')).toMatchObject({ code: 'wrong_user', retryable: false });
  });
});
