import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterStub } from './cluster-stub';
import { CHART, describeWithHelm, environmentOf, render, renderInto, type KubernetesObject } from './render';

const NAMES = ['chat-internal', 'chat-redis', 'chat-signing-keys'];
/** What each must hold. */
const COMPLETE: Record<string, Record<string, string>> = {
  'chat-internal': { secret: 'eA==' },
  'chat-redis': { authentication: 'YQ==', persistence: 'cA==', websocket: 'dw==' },
  'chat-signing-keys': { '20260101000000.pem': 'eA==' },
};
const HOOK = { 'helm.sh/hook': 'pre-install,pre-upgrade' };

/** A Secret as a cluster has it, made by a hook or in the manifest of a release. */
function secret(name: string, data: Record<string, string>, annotations: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'talk', annotations }, data };
}

async function secretsRendered(
  found: readonly KubernetesObject[],
  values: unknown = {},
): Promise<readonly KubernetesObject[]> {
  const cluster = await ClusterStub.with(found);
  try {
    return (await renderInto(cluster, values)).all('Secret');
  } finally {
    await cluster.close();
  }
}

describeWithHelm('secrets that the chart makes', () => {
  it('are made by hooks, so that no stored manifest holds one and no rollback brings one back', () => {
    const secrets = render().all('Secret');
    expect(secrets.map(({ metadata }) => metadata.name).sort()).toEqual(NAMES);
    for (const { metadata } of secrets) {
      expect(metadata.annotations).toMatchObject({
        'helm.sh/hook': 'pre-install,pre-upgrade',
        'helm.sh/resource-policy': 'keep',
      });
    }
  });

  it('are left alone once they are there, whatever was added to them or taken away', async () => {
    const found = NAMES.map((name) => secret(name, { ...COMPLETE[name], more: 'eA==' }, HOOK));
    expect(await secretsRendered(found)).toEqual([]);
  });

  it('are taken over, with all that is in them, from a chart that made them in its manifest', async () => {
    const found = NAMES.map((name) => secret(name, { ...COMPLETE[name], more: 'eA==' }, {}));
    const secrets = await secretsRendered(found);
    expect(secrets.map(({ metadata, data }) => [metadata.name, data]).sort()).toEqual(
      NAMES.map((name) => [name, { ...COMPLETE[name], more: 'eA==' }]),
    );
  });

  it('get what they lack, and keep the password of the version before for its pods', async () => {
    const [redis] = await secretsRendered([
      secret('chat-redis', { password: 'eA==' }, HOOK),
      ...NAMES.filter((name) => name !== 'chat-redis').map((name) => secret(name, COMPLETE[name] ?? {}, HOOK)),
    ]);
    expect(redis?.data).toMatchObject({ password: 'eA==' });
    expect(Object.keys(redis?.data ?? {}).sort()).toEqual(['authentication', 'password', 'persistence', 'websocket']);
  });

  it('name a signing key after the time it was made, in UTC', () => {
    const [name = ''] = Object.keys(render().get('Secret', 'chat-signing-keys').data ?? {});
    const made = Date.parse(name.replace(/^(....)(..)(..)(..)(..)(..)\.pem$/, '$1-$2-$3T$4:$5:$6Z'));
    expect(Math.abs(Date.now() - made)).toBeLessThan(90_000);
  });

  it('refuse an internal secret of one’s own that can be guessed, by name and without showing it', async () => {
    const values = { internal: { existingSecret: 'own' } };
    const rendered = (text: string) => {
      const data = { secret: Buffer.from(text).toString('base64') };
      return secretsRendered([secret('own', data, {})], values);
    };
    await expect(rendered('hunter2hunter2\n')).rejects.toThrow(/internal\.existingSecret: .* at least 16 characters/);
    await expect(rendered('hunter2hunter2\n')).rejects.not.toThrow(/hunter2/);
    await expect(rendered('hunter2hunter2hunter2')).resolves.toBeDefined();
  });

  it('tell every service which keys are revoked', () => {
    const rendering = render({ tokens: { revokedKeyIds: ['20260101000000', 'leaked'] } });
    for (const service of ['authentication', 'websocket', 'persistence']) {
      const { REVOKED_KEY_IDS } = environmentOf(rendering.get('Deployment', `chat-${service}`));
      expect(REVOKED_KEY_IDS).toBe('20260101000000,leaked');
    }
    expect(() => render({ tokens: { revokedKeyIds: ['a,b'] } })).toThrow(/revokedKeyIds/);
  });

  it('tell them of a key that leaked by the command that docs/operations.md gives, though its id is made of digits', () => {
    const operations = readFileSync(join(CHART, '..', '..', 'docs', 'operations.md'), 'utf8');
    const [, option = '', setting = ''] = /(--set\S*) '(tokens\.revokedKeyIds=[^']+)'/.exec(operations) ?? [];
    const { REVOKED_KEY_IDS } = environmentOf(render({}, [option, setting]).get('Deployment', 'chat-websocket'));
    expect(REVOKED_KEY_IDS).toBe('20260101000000');
    expect(() => render({}, ['--set', setting])).toThrow(/revokedKeyIds.*--set-string/);
  });
});
