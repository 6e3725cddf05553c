import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, eventually, getJson, kubectl, NAMESPACE, readyPods, refreshMounts } from './kubectl';
import { NOTHING_LOST, underLoad } from './test-pods';

const KAFKA = process.env['E2E_KAFKA_CLUSTER'] ?? 'chat';
const CERTIFICATES = `${KAFKA}-cluster-ca-cert`;
/** The program that stands in for Strimzi: `PROGRAM kafka NAMESPACE` makes what the resources and Secrets say. */
const STAND_IN = process.env['E2E_STRIMZI_STAND_IN'];
const OLD = 'ca-2026-11-27T10-00-00Z.crt';

/**
 * What Strimzi does when the key of its authority is replaced, done by hand in the Secrets: the new certificate beside the old one,
 * brokers that still show one of the old authority, then of the new one, then the old one is gone.
 */
export function describeReplacedAuthority(): void {
  (STAND_IN === undefined ? describe.skip : describe)('a replaced key of the authority of Kafka', () => {
    it('interrupts nothing, whichever authority the certificate of a broker comes from', async () => {
      const since = new Date().toISOString();
      await putNewAuthority();
      await mounted((names) => names.includes(OLD));
      const result = await underLoad({ durationS: 20 }, async () => {
        await rollBroker();
        await giveNewCertificate();
      });
      expect(result).toMatchObject(NOTHING_LOST);
      await kubectl(
        'patch',
        'secret',
        CERTIFICATES,
        '--type=json',
        '--patch',
        `[{"op":"remove","path":"/data/${OLD}"}]`,
      );
      await mounted((names) => !names.includes(OLD));
      expect(await underLoad({ durationS: 10 }, rollBroker)).toMatchObject(NOTHING_LOST);
      expect(await complaintsSince(since)).toEqual([]);
    });
  });
}

/** A new key and certificate; the old certificate stays beside it, under the name that Strimzi would give it. */
async function putNewAuthority(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  try {
    const [key, certificate] = [join(directory, 'ca.key'), join(directory, 'ca.crt')];
    const what = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/O=io.strimzi/CN=cluster-ca v1',
    ];
    const uses = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    await command('openssl', [...what, ...uses, '-keyout', key, '-out', certificate]);
    const base64 = (file: string) => readFileSync(file).toString('base64');
    const { data } = await getJson<{ data: Record<string, string> }>('secret', CERTIFICATES);
    const patch = (name: string, values: Record<string, string | undefined>) =>
      kubectl('patch', 'secret', name, '--patch', JSON.stringify({ data: values }));
    await patch(`${KAFKA}-cluster-ca`, { 'ca.key': base64(key) });
    await patch(CERTIFICATES, { 'ca.crt': base64(certificate), [OLD]: data['ca.crt'] });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Waits until every pod of a client shows such names. */
async function mounted(holds: (names: string) => boolean): Promise<void> {
  for (const pod of await clientPods()) {
    await refreshMounts(pod);
    const list = 'console.log(require("fs").readdirSync("/etc/chat-app-kafka-authorities").join())';
    await eventually(`the authorities of ${pod}`, 150_000, async () =>
      holds(await kubectl('exec', pod, '--', 'node', '-e', list)),
    );
  }
}

async function clientPods(): Promise<string[]> {
  return (await Promise.all(['websocket', 'persistence'].map(readyPods))).flat();
}

async function brokerPod(): Promise<string> {
  const selector = `strimzi.io/cluster=${KAFKA},strimzi.io/broker-role=true`;
  return (
    await kubectl('get', 'pods', '--selector', selector, '--output', 'jsonpath={.items[0].metadata.name}')
  ).trim();
}

/** Every connection to the broker is made anew. */
async function rollBroker(): Promise<void> {
  const pod = await brokerPod();
  await kubectl('delete', 'pod', pod, '--wait=true', '--timeout=90s');
  await eventually('the broker is back', 120_000, async () => {
    await kubectl('wait', `pod/${pod}`, '--for=condition=Ready', '--timeout=10s');
    return true;
  });
}

/** Certificates of the new authority for the broker and for the operator; the broker is rolled. */
async function giveNewCertificate(): Promise<void> {
  await kubectl('delete', 'secret', await brokerPod(), `${KAFKA}-cluster-operator-certs`);
  await command(STAND_IN ?? '', ['kafka', NAMESPACE]);
}

/** Lines in which a pod of a client complains of a certificate. */
async function complaintsSince(time: string): Promise<string[]> {
  const logs = await Promise.all((await clientPods()).map((pod) => kubectl('logs', pod, `--since-time=${time}`)));
  return logs
    .flatMap((log) => log.split('\n'))
    .filter((line) => /certificate|self.signed|unable to verify/i.test(line));
}
