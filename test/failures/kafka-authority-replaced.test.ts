/**
 * The key of the authority of Kafka's certificates is replaced under load, as Strimzi does it: clients and brokers are told to
 * trust both authorities, then the brokers get certificates of the new one, then the old one is taken away. Each of the
 * three makes every broker start anew, one after the other; a broker waits until all replicas of the one before are in sync.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { privateDirectory } from '../testing/backend-process';
import { MountedSecret } from '../testing/mounted-secret';
import { TestAuthority } from '../testing/test-authority';
import { eventually } from './testing/eventually';
import type { Load } from './testing/load';
import { describeFault, type Scene } from './testing/with-stack';

const NODES = [1, 2, 3] as const;
/** The name that Strimzi gives to the certificate of before. */
const OLD_NAME = 'ca-2026-11-27T10-00-00Z.crt';
const COMPLAINT = /certificate|self.signed|unable to verify/i;

const directory = privateDirectory('authority');
const [old, next] = ['old', 'new'].map((name) => new TestAuthority(directory.path, name)) as [
  TestAuthority,
  TestAuthority,
];
const certificateOf = ({ caFile }: TestAuthority): string => readFileSync(caFile, 'utf8');
const secret = new MountedSecret(join(directory.path, 'authorities'), { 'ca.crt': certificateOf(old) });

function certify(node: number, authority: TestAuthority): void {
  const { key, cert } = authority.issue('localhost');
  writeFileSync(join(directory.path, `node${node}.pem`), Buffer.concat([key, cert]));
}

for (const node of NODES) certify(node, old);
const options = { nodes: 3, kafkaTls: { certificates: directory.path, trusted: secret.path } } as const;

describeFault('when the key of the authority of three brokers is replaced under load', options, (scene) => {
  let admin: Admin;
  beforeAll(async () => {
    const brokers = scene.stack.backends.kafkaAddress.split(',');
    admin = new Kafka({ brokers, clientId: 'operator', logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.disconnect();
    directory.remove();
  });

  it('interrupts nothing, whichever authority the certificate of a broker comes from', async () => {
    const load = await scene.load({ rate: 60 });
    load.start();
    await load.more('shown', 100, 120_000);
    const rolls: number[] = [];
    const rollAll = async (prepare: (node: number) => void = () => undefined): Promise<void> => {
      for (const node of NODES) {
        prepare(node);
        rolls.push(await roll(scene, admin, node));
        await load.more('accepted', 20);
      }
    };

    secret.write({ 'ca.crt': certificateOf(next), [OLD_NAME]: certificateOf(old) });
    await rollAll();
    expect(await authoritiesShown(scene)).toEqual([old, old, old]);
    await rollAll((node) => certify(node, next));
    expect(await authoritiesShown(scene)).toEqual([next, next, next]);
    secret.write({ 'ca.crt': certificateOf(next) });
    await rollAll();

    load.healed();
    const { broken } = await load.finish('kafka-authority-replaced', 120_000);
    const [longestRoll, longestWait] = [Math.max(...rolls), longestWaitMs(load)];
    process.stdout.write(
      `the longest roll took ${longestRoll} ms, the longest wait for an acceptance ${longestWait} ms\n`,
    );
    expect(broken).toEqual({});
    expect(longestWait).toBeLessThan(longestRoll);
    expect(load.devices.filter(({ connections }) => connections !== 1).map(({ name }) => name)).toEqual([]);
    expect(complaintsOf(scene)).toEqual([]);
  });

  it('would be complained of, were the new authority not trusted', async () => {
    secret.write({ 'ca.crt': certificateOf(old) });
    await roll(scene, admin, 1);
    await eventually(async () => (complaintsOf(scene).length > 0 ? true : undefined), 'a complaint');
  });
});

/** Ends a broker as its operator does and starts it again. @returns the time until every replica is in sync, in ms */
async function roll({ stack }: Scene, admin: Admin, node: number): Promise<number> {
  const from = performance.now();
  const broker = stack.backends.kafka[node - 1]!;
  await broker.process.end('SIGTERM');
  await broker.start();
  await eventually(async () => {
    const { topics } = await admin.fetchTopicMetadata();
    const partitions = topics.flatMap((topic) => topic.partitions);
    return partitions.every(({ isr }) => isr.length === NODES.length) ? true : undefined;
  }, 'every replica is in sync');
  return Math.round(performance.now() - from);
}

/** The one authority of both that each broker's certificate comes from. */
async function authoritiesShown({ stack }: Scene): Promise<(TestAuthority | undefined)[]> {
  const ports = (stack.backends.kafkaTlsAddress ?? '').split(',').map((address) => Number(address.split(':')[1]));
  return Promise.all(
    ports.map(async (port) => {
      const trusted = await Promise.all([old, next].map((authority) => isTrusted(port, certificateOf(authority))));
      return trusted[0] === trusted[1] ? undefined : trusted[0] === true ? old : next;
    }),
  );
}

function isTrusted(port: number, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(
      { host: 'localhost', port, servername: 'localhost', ca, rejectUnauthorized: false },
      () => {
        resolve(socket.authorized);
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
}

/** The longest time from the first try to send a message to its acceptance. */
function longestWaitMs({ observations }: Load): number {
  const sentAt = new Map<string, number>();
  let longest = 0;
  for (const one of observations) {
    if (one.kind === 'sent') sentAt.set(one.client_id, one.at);
    if (one.kind === 'accepted') longest = Math.max(longest, one.at - (sentAt.get(one.client_id) ?? Infinity));
  }
  return longest;
}

/** What services log of certificates. */
function complaintsOf({ stack }: Scene): string[] {
  return stack.allPods.flatMap(({ process: { options, logFile } }) => {
    const lines = readFileSync(logFile, 'utf8').split('\n');
    return lines.filter((line) => COMPLAINT.test(line)).map((line) => `${options.name}: ${line}`);
  });
}
