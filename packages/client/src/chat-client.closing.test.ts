import { USER_2 } from '../testing/fake-server';
import { codeOf, incoming, sceneForEachTest } from '../testing/scene';

interface WithTimers {
  exchange: { timers: { handles: Map<string, unknown> } };
}

const scene = sceneForEachTest();

describe('close', () => {
  it('confirms, closes the connection with 1000 and keeps no timer', async () => {
    const { client, connection, events } = await scene.online({ confirmAfterMs: 60_000 }, { seq: 0 });
    client.send({ recipient_id: USER_2, content: 'unanswered' });
    connection.send(incoming(1, 1));
    await events.message.next();
    await client.close();
    expect(await connection.closed).toBe(1000);
    expect(connection.ofType('received').at(-1)).toEqual({ type: 'received', seq: 1 });
    expect((client as unknown as WithTimers).exchange.timers.handles.size).toBe(0);
    expect(client.state).toBe('closed');
  });

  it('may come at any moment, and more than once', async () => {
    const early = await scene.start();
    await early.client.close();
    const { client, events } = await scene.start();
    await scene.server.connection();
    await Promise.all([client.close(), client.close()]);
    expect(events.connection.all.at(-1)?.state).toBe('closed');
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: 'x' }))).toBe('closed');
    await expect(client.settle('any')).rejects.toMatchObject({ code: 'closed' });
  });

  it('tells those who wait for a message that it will not be known', async () => {
    const { client } = await scene.online();
    const settled = client.settle(client.send({ recipient_id: USER_2, content: 'x' }).id);
    const told = expect(settled).rejects.toMatchObject({ code: 'closed' });
    await client.close();
    await told;
  });

  it('logs out: the refresh token is given back', async () => {
    const loggedOut: unknown[] = [];
    scene.server.http.set('POST /logout', (body) => (loggedOut.push(body), { status: 204 }));
    const { client, connection } = await scene.online();
    await client.logout();
    expect(loggedOut).toEqual([{ refresh_token: 'refresh-1' }]);
    await connection.closed;
  });
});
