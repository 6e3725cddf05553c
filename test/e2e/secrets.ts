import { command, eventually, getJson, helm, kubectl, readyPods, RELEASE, refreshMounts } from './kubectl';
import { upgrade } from './release';
import { evaluate, TEST_LABELS } from './test-pods';

const KEYS = `${RELEASE}-signing-keys`;

/** What a Secret of the release holds. */
export async function secretOf(name: string): Promise<Record<string, string>> {
  return (await getJson<{ data: Record<string, string> }>('secret', `${RELEASE}-${name}`)).data;
}

/** The Secrets that the chart makes once, over the life of a release. */
export function describeSecrets(): void {
  describe('the secrets that are made once', () => {
    it('stay over an upgrade; a key that is added is published, and no rollback brings back one that was removed', async () => {
      const before = await Promise.all(['internal', 'signing-keys', 'redis'].map(secretOf));
      const added = await newKey();
      await kubectl('patch', 'secret', KEYS, '--patch', JSON.stringify({ data: added }));
      await upgrade();
      const [internal, keys, redis] = await Promise.all(['internal', 'signing-keys', 'redis'].map(secretOf));
      expect([internal, redis]).toEqual([before[0], before[2]]);
      expect(keys).toEqual({ ...before[1], ...added });
      await published((names) =>
        [...Object.keys(before[1] ?? {}), ...Object.keys(added)].every((n) => names.includes(n)),
      );

      const [removed = ''] = Object.keys(before[1] ?? {});
      await kubectl('patch', 'secret', KEYS, '--type=json', `--patch=[{"op":"remove","path":"/data/${removed}"}]`);
      await helm('rollback', RELEASE, '--wait', '--timeout', '5m');
      expect(await secretOf('signing-keys')).toEqual(added);
      await published((names) => names.join() === Object.keys(added).join());
    });

    it('are in no manifest of a stored release, nor in what its hooks hold but the first one', async () => {
      const revisions = JSON.parse(await helm('history', RELEASE, '--output', 'json')) as { revision: number }[];
      const stored = revisions.slice(-3).map(({ revision }) => String(revision));
      const [key = ''] = Object.values(await secretOf('signing-keys'));
      for (const revision of stored) {
        for (const what of ['manifest', 'hooks']) {
          const text = await helm('get', what, RELEASE, '--revision', revision);
          expect(text).not.toMatch(/kind: Secret/);
          expect(text).not.toContain(key);
        }
      }
    });

    it('let each service publish and subscribe on its own channels of Redis only', async () => {
      const outcomes = await Promise.all(['authentication', 'websocket', 'persistence'].map(rightsOf));
      expect(outcomes).toEqual([
        ['publish sessions:x'],
        [
          'publish user:x',
          'publish conversation:x',
          'subscribe user:x',
          'subscribe conversation:x',
          'subscribe sessions:x',
        ],
        ['publish user:x', 'publish conversation:x', 'subscribe sessions:x'],
      ]);
    });
  });
}

/** A key as a rotation adds it: its name says when it was made. */
async function newKey(): Promise<Record<string, string>> {
  const key = await command('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  const name = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return { [`${name}.pem`]: Buffer.from(key).toString('base64') };
}

/** Waits until authentication publishes such keys, given as names of files. */
async function published(holds: (names: string[]) => boolean): Promise<void> {
  for (const pod of await readyPods('authentication')) await refreshMounts(pod);
  const url = `http://${RELEASE}-authentication:8000/.well-known/jwks.json`;
  await eventually('the keys are published', 150_000, async () => {
    const names = await evaluate(
      `fetch('${url}').then((r) => r.json()).then(({ keys }) => console.log(keys.map(({ kid }) => kid + '.pem').join()))`,
      TEST_LABELS,
    );
    return holds(names.split(','));
  });
}

/** What a service may do, of all that somebody might try. */
async function rightsOf(service: string): Promise<string[]> {
  const script = `
    const { Redis } = require('ioredis');
    const password = require('node:fs').readFileSync('/etc/chat-app/redis-password', 'utf8').trim();
    const redis = new Redis(process.env.REDIS_URL, { username: process.env.REDIS_USERNAME, password, protocol: 2 });
    (async () => {
      const may = [];
      for (const [does, arguments_] of [['publish', ['']], ['subscribe', []]]) {
        for (const kind of ['user', 'conversation', 'sessions']) {
          await redis[does](kind + ':x', ...arguments_).then(() => may.push(does + ' ' + kind + ':x'), () => undefined);
        }
      }
      console.log(JSON.stringify(may));
      redis.disconnect();
    })();`;
  const [pod = ''] = await readyPods(service);
  return JSON.parse(await kubectl('exec', pod, '--', 'node', '-e', script)) as string[];
}
