import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendProcess, freePorts, privateDirectory, runBackendScript } from './backend-process';

/** A Kafka of a test's own. Nodes are counted from 1. */
export interface PrivateKafka {
  /** host:port of each node. */
  brokers: readonly string[];
  node(number: number): BackendProcess;
  /** Where a node keeps its data. */
  nodeDirectory(number: number): string;
  /** Starts the nodes that do not run, on their data. "Started" is not "usable": replicas may still be catching up. */
  startMissing(): Promise<void>;
  /** Ends all nodes and removes their data. */
  release(): Promise<void>;
}

export interface PrivateKafkaOptions {
  nodes?: 1 | 3;
  /** Settings of every broker beyond those of scripts/backends/start-kafka. */
  settings?: Readonly<Record<string, string>>;
}

/** Starts real brokers (replication factor 3 and min ISR 2 by default with three nodes). Needs Java; see scripts/backends. */
export async function startPrivateKafka(options: PrivateKafkaOptions = {}): Promise<PrivateKafka> {
  const nodes = options.nodes ?? 3;
  const port = await freePorts(60);
  const directory = privateDirectory('kafka');
  const properties = join(directory.path, 'more.properties');
  const settings = Object.entries(options.settings ?? {});
  writeFileSync(properties, settings.map(([name, value]) => `${name}=${value}\n`).join(''));
  let processes: BackendProcess[] = [];
  const startMissing = async (): Promise<void> => {
    const printed = await runBackendScript('start-kafka', [directory.path, String(port)], {
      NODES: String(nodes),
      READY_TIMEOUT_S: '120',
      KAFKA_PROPERTIES: properties,
    });
    processes = Array.from(
      { length: nodes },
      (_, index) => new BackendProcess(Number(printed.get(`node${index + 1}`))),
    );
  };
  const release = async (): Promise<void> => {
    await runBackendScript('start-kafka', ['stop', directory.path]);
    directory.remove();
  };
  try {
    await startMissing();
  } catch (error) {
    await release();
    throw error;
  }
  return {
    brokers: Array.from({ length: nodes }, (_, index) => `127.0.0.1:${port + index}`),
    node(number) {
      const found = processes[number - 1];
      if (found === undefined) throw new Error(`there is no node ${number}`);
      return found;
    },
    nodeDirectory: (number) => join(directory.path, `node${number}`),
    startMissing,
    release,
  };
}
