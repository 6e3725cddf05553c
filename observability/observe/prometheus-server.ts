/** A real Prometheus that scrapes the services as the chart's PodMonitor would have it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { scaleRules, type Scale } from './scale-rules';

export interface Target {
  /** The service, as the PodMonitor's relabeling sets it. */
  job: string;
  pod: string;
  port: number;
}

export interface Series {
  metric: Record<string, string>;
  values: [number, string][];
}

export interface FiringAlert {
  labels: Record<string, string>;
  state: 'pending' | 'firing';
  activeAt: string;
}

export const SCRAPE_INTERVAL_S = 2;
export const NAMESPACE = 'chat';

export class PrometheusServer {
  readonly #child: ChildProcess;

  private constructor(
    readonly url: string,
    readonly directory: string,
    port: number,
  ) {
    const log = createWriteStream(join(directory, 'prometheus.log'));
    const options = [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--query.lookback-delta=30s',
    ];
    this.#child = spawn('prometheus', options, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
  }

  /** @throws Error where it does not answer in time */
  static async start(options: {
    directory: string;
    port: number;
    targets: readonly Target[];
    /** Folder of rule files. */
    rules: string;
    scale: Scale;
  }): Promise<PrometheusServer> {
    const { directory, port, rules, scale } = options;
    mkdirSync(join(directory, 'rules'), { recursive: true });
    for (const name of readdirSync(rules).filter((file) => file.endsWith('.yaml'))) {
      writeFileSync(join(directory, 'rules', name), scaleRules(readFileSync(join(rules, name), 'utf8'), scale));
    }
    writeFileSync(join(directory, 'prometheus.yml'), stringify(configuration(options.targets)));
    const server = new PrometheusServer(`http://127.0.0.1:${port}`, directory, port);
    for (const end = Date.now() + 60_000; ; await delay(200)) {
      const answer = await fetch(`${server.url}/-/ready`).catch(() => undefined);
      if (answer?.ok === true) return server;
      if (Date.now() > end || server.#child.exitCode !== null) {
        throw new Error(`prometheus did not start; see ${join(directory, 'prometheus.log')}`);
      }
    }
  }

  /** @throws Error with Prometheus's own words where the query is refused */
  async range(query: string, fromS: number, toS: number, stepS: number): Promise<Series[]> {
    const body = new URLSearchParams({ query, start: String(fromS), end: String(toS), step: String(stepS) });
    const { result } = await this.#ask<{ result: Series[] }>('/api/v1/query_range', body);
    return result;
  }

  /** Pending and firing alerts. */
  async alerts(): Promise<FiringAlert[]> {
    const { alerts } = await this.#ask<{ alerts: FiringAlert[] }>('/api/v1/alerts');
    return alerts;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }

  async #ask<Data>(path: string, body?: URLSearchParams): Promise<Data> {
    const answer = await fetch(this.url + path, body === undefined ? {} : { method: 'POST', body });
    const said = (await answer.json()) as { status: string; data: Data; error?: string };
    if (said.status !== 'success') throw new Error(said.error ?? `status ${answer.status}`);
    return said.data;
  }
}

function configuration(targets: readonly Target[]) {
  const interval = `${SCRAPE_INTERVAL_S}s`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['rules/*.yaml'],
    scrape_configs: [
      {
        job_name: 'chat-app',
        static_configs: targets.map(({ job, pod, port }) => ({
          targets: [`127.0.0.1:${port}`],
          labels: { namespace: NAMESPACE, pod, container: job, job },
        })),
      },
    ],
  };
}
