/**
 * kill -9 of authentication under load. Whoever is connected goes on; whoever holds a token may connect, for pods keep the
 * keys; log-in is back with the pod.
 */
import { openSession } from './testing/open-session';
import { describeFault } from './testing/with-stack';
import { call } from '../testing/system-users';

describeFault('when authentication is killed under load', {}, (scene) => {
  it('lets those who are in go on and come back, and lets others in once it is back', async () => {
    const { stack } = scene;
    const pod = stack.pod('authentication', 0);
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    const body = { username: `late-${process.pid}-${Date.now()}`, password: 'comes later than others' };
    await pod.kill();
    await expect(call('POST', `${stack.authenticationUrl}/register`, { body })).rejects.toThrow();
    await load.more('positioned', 100);
    stack.websocket.cut();
    await load.when(() => load.devices.every((device) => device.endings.length > 0), 'every connection was cut');
    await Promise.all(load.devices.map((device) => device.online()));
    await load.more('positioned', 100);
    await pod.start();
    expect(await openSession(stack.authenticationUrl, 'register', body)).toHaveProperty('token');
    load.healed();
    await load.more('positioned', 100);
    const { broken } = await load.finish('authentication-killed');
    expect(broken).toEqual({});
  });
});
