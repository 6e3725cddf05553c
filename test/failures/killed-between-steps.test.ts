/**
 * kill -9 at exactly the moment between two steps of a message's road, again and again. A proxy watches for the words
 * that belong to the later step, swallows them, and the pods that were saying them are killed: the earlier step is done,
 * the later one never was.
 */
import { KAFKA_OFFSET_COMMIT, KAFKA_PRODUCE, kafkaRequest, kafkaResponse } from './testing/kafka-frames';
import type { Load } from './testing/load';
import { withDatabase } from './testing/stores';
import { describeFault, type Scene } from './testing/with-stack';
import type { Passing, TcpProxy } from '../testing/tcp-proxy';

type Service = 'websocket' | 'persistence';
type Moment = (passing: Passing) => boolean;

/** A moment, on which link it is seen, and whose it is. */
interface Step {
  after: string;
  service: Service;
  link: 'redis' | 'kafka' | 'database';
  moment: () => Moment;
  /** Brings the moment about where the load alone does not. */
  provoke?: (scene: Scene, load: Load) => Promise<void>;
}

const ROUNDS = 2;
const options = {
  overrides: {
    websocket: { KAFKA_CLIENT_ID: 'websocket' },
    persistence: { KAFKA_CLIENT_ID: 'persistence', MAX_RETRY_VALUE: '50' },
  },
};

const asks =
  (words: string) =>
  (): Moment =>
  ({ chunk, direction }) =>
    direction === 'request' && chunk.includes(words);

/** The log has answered that these records are appended; the answer does not arrive. */
const appended = (service: Service) => (): Moment => {
  const asked = new Set<string>();
  return ({ chunk, direction, connection }) => {
    if (direction === 'response') return asked.has(`${connection} ${kafkaResponse(chunk)?.correlation}`);
    const request = kafkaRequest(chunk);
    if (request?.api === KAFKA_PRODUCE && request.client === service) asked.add(`${connection} ${request.correlation}`);
    return false;
  };
};

const reconnect = async (scene: Scene): Promise<void> => {
  scene.stack.websocket.cut();
  return Promise.resolve();
};

const STEPS: Step[] = [
  {
    after: 'the log has a message and before its sender hears so',
    service: 'websocket',
    link: 'kafka',
    moment: appended('websocket'),
  },
  {
    after: 'a message is accepted and before it is published live',
    service: 'websocket',
    link: 'redis',
    moment: asks('"kind":"event"'),
  },
  {
    after: 'a batch is committed and before it is announced',
    service: 'persistence',
    link: 'redis',
    moment: asks('"kind":"stored"'),
  },
  {
    after: 'a batch is announced and before its offset is committed',
    service: 'persistence',
    link: 'kafka',
    moment:
      (): Moment =>
      ({ chunk, direction }) =>
        direction === 'request' && kafkaRequest(chunk)?.api === KAFKA_OFFSET_COMMIT,
  },
  {
    after: 'a connection asked for its inbox and before it has it',
    service: 'websocket',
    link: 'database',
    moment: asks('read_inbox'),
    provoke: reconnect,
  },
  {
    after: 'an inbox is asked for and before it is read',
    service: 'persistence',
    link: 'database',
    moment: asks('read_inbox'),
    provoke: reconnect,
  },
  {
    after: 'a refused message is appended again and before its offset is committed',
    service: 'persistence',
    link: 'kafka',
    moment: appended('persistence'),
    provoke: refuse,
  },
];

describeFault('when pods are killed between two steps under load', options, (scene) => {
  it.each(STEPS)('loses nothing, and shows nothing twice, after $after', async (step) => {
    const load = await scene.load();
    load.start();
    await load.more('positioned', 50);
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all([killAt(scene, step), step.provoke?.(scene, load)]);
      await Promise.all(scene.stack.pods[step.service].map((pod) => pod.start()));
      await Promise.all(load.devices.map((device) => device.online()));
      await load.more('positioned', 50, 120_000);
    }
    await allow(scene);
    load.healed();
    await load.more('positioned', 50, 120_000);
    const { broken } = await load.finish(`${step.service} killed after ${step.after}`, 180_000);
    expect(broken).toEqual({});
  });
});

/** Kills every pod of the service when the moment comes, and swallows what they were saying. @returns once they are gone */
async function killAt({ stack }: Scene, { service, link, moment }: Step): Promise<void> {
  const proxy: TcpProxy | undefined = stack.proxies[link];
  if (proxy === undefined) throw new Error(`there is no proxy in front of ${link}`);
  const isNow = moment();
  const pods = stack.pods[service];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the moment did not come within a minute`)), 60_000);
    proxy.watch = (passing) => {
      if (!isNow(passing)) return 'forward';
      for (const pod of pods) pod.process.signal('SIGKILL');
      // Nobody is left to say it again.
      proxy.watch = undefined;
      clearTimeout(timer);
      resolve();
      return 'swallow';
    };
  }).finally(() => (proxy.watch = undefined));
  await Promise.all(pods.map((pod) => pod.kill()));
}

/** A message that the database refuses for as long as the constraint stands. */
async function refuse(scene: Scene, load: Load): Promise<void> {
  await withDatabase(scene.stack.backends, async (client) => {
    await client.query('alter table chat.messages drop constraint if exists not_now');
    await client.query(
      "alter table chat.messages add constraint not_now check (content not like 'not now %') not valid",
    );
  });
  await load.say(0, `not now ${load.sent}`);
}

async function allow(scene: Scene): Promise<void> {
  await withDatabase(scene.stack.backends, (client) =>
    client.query('alter table chat.messages drop constraint if exists not_now'),
  );
}
