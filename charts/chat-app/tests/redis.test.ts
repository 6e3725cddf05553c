import { describeWithHelm, environmentOf, podOf, render, secretFilesOf } from './render';

const SERVICES = ['authentication', 'websocket', 'persistence'];
const AWAY = { internal: { enabled: false } };
const REACHABLE = { networkPolicy: { redisTo: [{ podSelector: {} }] } };

describeWithHelm('users of Redis', () => {
  it('are one for each service, with a password of its own', () => {
    const rendering = render();
    for (const service of SERVICES) {
      const deployment = rendering.get('Deployment', `chat-${service}`);
      expect(environmentOf(deployment)).toMatchObject({ REDIS_USERNAME: service });
      expect(secretFilesOf(deployment)['redis-password']).toBe(`chat-redis/${service}`);
    }
    const passwords = Object.values(rendering.get('Secret', 'chat-redis').data ?? {});
    expect(new Set(passwords).size).toBe(3);
  });

  it('may do nothing but publish and subscribe, and are all that may come in', () => {
    const { 'server.conf': configuration = '', users = '' } = render().get('ConfigMap', 'chat-redis').data ?? {};
    expect(configuration).toMatch(/^user default off /m);
    const lines = users.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(SERVICES);
    for (const line of lines) {
      expect(line).toMatch(/^\w+ resetkeys resetchannels -@all /);
      expect(line).not.toMatch(/\+@|allchannels|allkeys|&\*/);
    }
    expect(lines.flatMap((line) => line.match(/~\S+/g) ?? [])).toEqual(['~presence:*']);
    expect(lines.filter((line) => line.includes('~presence:*'))).toEqual([lines[1]]);
    expect(lines.filter((line) => line.includes('+publish &sessions:'))).toEqual([lines[0]]);
    expect(lines.filter((line) => line.includes('&canary:chat-websocket-*'))).toEqual([lines[1]]);
  });

  it('have the passwords of a Secret of one’s own, under the keys it has', () => {
    const passwordKeys = { authentication: 'a', websocket: 'b', persistence: 'c' };
    const rendering = render({ redis: { internal: { existingSecret: 'own', passwordKeys } } });
    for (const service of SERVICES) {
      const files = secretFilesOf(rendering.get('Deployment', `chat-${service}`));
      expect(files['redis-password']).toBe(`own/${passwordKeys[service as keyof typeof passwordKeys]}`);
    }
    const redis = podOf(rendering.get('Deployment', 'chat-redis'));
    expect(redis?.volumes.find(({ name }) => name === 'passwords')).toMatchObject({ secret: { secretName: 'own' } });
  });

  it('of an external Redis are one for all, or each a user of its own', () => {
    const all = { url: 'redis://r:6379', username: 'chat', passwordSecret: 'redis' };
    const users = { authentication: { username: 'chat-auth', passwordSecret: 'redis-auth', passwordKey: 'p' } };
    const rendering = render({ redis: { ...AWAY, external: { ...all, users } }, ...REACHABLE });
    const seen = SERVICES.map((service) => {
      const deployment = rendering.get('Deployment', `chat-${service}`);
      return [environmentOf(deployment)['REDIS_USERNAME'], secretFilesOf(deployment)['redis-password']];
    });
    expect(seen).toEqual([
      ['chat-auth', 'redis-auth/p'],
      ['chat', 'redis/password'],
      ['chat', 'redis/password'],
    ]);
  });
});
