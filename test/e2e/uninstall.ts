import { setTimeout as sleep } from 'node:timers/promises';
import { commandsOf, follow } from './documents';
import { command, getJson, kubectl, NAMESPACE, RELEASE } from './kubectl';

const TOPICS = 'kafkatopics.kafka.strimzi.io';
const STAND_IN = process.env['E2E_STRIMZI_STAND_IN'];

/** docs/uninstall.md, command by command, with finalizers on the topics as Strimzi puts them there. */
export function describeUninstall(data: () => Promise<number>): void {
  describe('the end of a release', () => {
    const [release = '', ...rest] = commandsOf('uninstall.md');

    it('leaves nothing but data and the secrets that are made once', async () => {
      await follow(release);
      const kinds =
        'deployments,services,configmaps,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,cronjobs,jobs,serviceaccounts,ingresses';
      const selector = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/name=chat-app`;
      const { items } = await getJson<{ items: { kind: string; metadata: { name: string } }[] }>(
        ...[kinds, '--selector', selector],
      );
      expect(items.map((item) => `${item.kind}/${item.metadata.name}`)).toEqual([]);
      expect(await data()).toBeGreaterThan(0);
      expect(await kubectl('get', 'kafkatopic.kafka.strimzi.io', 'messages', '--output', 'name')).not.toBe('');
    });

    it('ends with the namespace, which no finalizer holds', async () => {
      const operator = STAND_IN === undefined ? undefined : await TopicOperator.start();
      try {
        await follow(rest.join(''));
      } finally {
        await operator?.stop();
      }
      const namespaces = await command('kubectl', ['get', 'namespaces', '--output', 'name']);
      expect(namespaces.split('\n')).not.toContain(`namespace/${NAMESPACE}`);
    });
  });
}

interface Topics {
  items: { metadata: { name: string; deletionTimestamp?: string } }[];
}

/** As much of Strimzi's topic operator as an uninstall sees: it takes its finalizers away while its Kafka is there. */
class TopicOperator {
  readonly #stopping = new AbortController();
  #work: Promise<void> = Promise.resolve();

  static async start(): Promise<TopicOperator> {
    const operator = new TopicOperator();
    const { items } = await getJson<Topics>(TOPICS);
    for (const { metadata } of items) await setFinalizers(metadata.name, ['strimzi.io/topic-operator']);
    operator.#work = operator.#run();
    return operator;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const kafkas = await kubectl('get', 'kafkas.kafka.strimzi.io', '--output', 'name').catch(() => '');
      if (kafkas.trim() === '') return;
      const { items } = await getJson<Topics>(TOPICS);
      const leaving = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      for (const { metadata } of leaving) await setFinalizers(metadata.name, []).catch(() => undefined);
      await sleep(500, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }
}

function setFinalizers(topic: string, finalizers: string[]): Promise<string> {
  return kubectl('patch', TOPICS, topic, '--type=merge', '--patch', JSON.stringify({ metadata: { finalizers } }));
}
