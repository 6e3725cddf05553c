import * as prometheus from 'prom-client';
import { currentSpanIds } from '../tracing/spans';
import { BoundedSeries } from './bounded-series';
import type { Labels } from './labels';
import { plainText } from './plain-text';

export interface MetricOptions {
  /** Starts with `chat_`; counters end in `_total`, times are in seconds and end in `_seconds`. */
  name: string;
  help: string;
  labelNames?: readonly string[];
}

export interface Counter {
  inc(labels?: Labels, value?: number): void;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
  inc(labels?: Labels, value?: number): void;
  dec(labels?: Labels, value?: number): void;
}

export type MetricKind = 'counter' | 'histogram' | 'gauge';

/** A declared metric, as documentation lists it. */
export interface MetricDescription {
  kind: MetricKind;
  name: string;
  help: string;
  labelNames: readonly string[];
}

/** Upper bounds for times in seconds: 1 ms to 10 s. */
export const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/**
 * The metrics of a process, in a registry of its own (never prom-client's global one). Asking twice for the same name
 * gives the same metric, so that several adapters of one kind can live in one process. Each carries the label `service`.
 */
export class Metrics {
  // OpenMetrics throughout, because prom-client renames counters when it changes format; see plain-text.
  readonly #registry = openMetricsRegistry();
  readonly #made = new Map<string, MetricDescription & { metric: Counter | Histogram | Gauge }>();

  constructor(service: string) {
    this.#registry.setDefaultLabels({ service });
    prometheus.collectDefaultMetrics({ register: this.#registry });
  }

  /** Counts. Where a sampled span is in force its trace id becomes the exemplar. */
  counter(options: MetricOptions): Counter {
    return this.#once('counter', options, () => {
      const counter = new prometheus.Counter({ ...this.#configuration(options), enableExemplars: true });
      const series = new BoundedSeries(options.labelNames ?? []);
      return {
        inc: (labels = {}, value = 1) => counter.inc({ labels: { ...series.of(labels) }, value, ...exemplar() }),
      };
    });
  }

  /** Counts values into buckets; 1 ms … 10 s by default. */
  histogram(options: MetricOptions & { buckets?: readonly number[] }): Histogram {
    return this.#once('histogram', options, () => {
      const buckets = [...(options.buckets ?? SECONDS_BUCKETS)];
      const histogram = new prometheus.Histogram({ ...this.#configuration(options), buckets, enableExemplars: true });
      const series = new BoundedSeries(options.labelNames ?? []);
      return {
        observe: (value, labels = {}) => histogram.observe({ labels: { ...series.of(labels) }, value, ...exemplar() }),
      };
    });
  }

  /** A value that goes up and down. `collect` may set it when it is asked for. */
  gauge(options: MetricOptions & { collect?: (gauge: Gauge) => void | Promise<void> }): Gauge {
    return this.#once('gauge', options, (): Gauge => {
      const { collect } = options;
      const gauge = new prometheus.Gauge({
        ...this.#configuration(options),
        ...(collect !== undefined && { collect: () => collect(handle) }),
      });
      const series = new BoundedSeries(options.labelNames ?? []);
      const handle: Gauge = {
        set: (value, labels = {}) => gauge.set({ ...series.of(labels) }, value),
        inc: (labels = {}, value = 1) => gauge.inc({ ...series.of(labels) }, value),
        dec: (labels = {}, value = 1) => gauge.dec({ ...series.of(labels) }, value),
      };
      return handle;
    });
  }

  /**
   * Everything, for the scraper. OpenMetrics (with exemplars) where the Accept header asks for it, else Prometheus text.
   */
  async expose(accept = ''): Promise<{ contentType: string; body: string }> {
    const body = await this.#registry.metrics();
    if (accept.includes('application/openmetrics-text')) {
      return { contentType: prometheus.Registry.OPENMETRICS_CONTENT_TYPE, body };
    }
    return { contentType: prometheus.Registry.PROMETHEUS_CONTENT_TYPE, body: plainText(body) };
  }

  /** What was declared so far, in that order; Node's defaults are not among it. */
  describe(): MetricDescription[] {
    return [...this.#made.values()].map(({ kind, name, help, labelNames }) => ({ kind, name, help, labelNames }));
  }

  #configuration(options: MetricOptions) {
    const { name, help, labelNames = [] } = options;
    return { name, help, labelNames: [...labelNames], registers: [this.#registry] };
  }

  #once<M extends Counter | Histogram | Gauge>(kind: MetricKind, options: MetricOptions, make: () => M): M {
    const { name, help, labelNames = [] } = options;
    const known = this.#made.get(name);
    if (known !== undefined) {
      if (known.kind !== kind) throw new TypeError(`${name} is a ${known.kind} already, not a ${kind}`);
      return known.metric as M;
    }
    const metric = make();
    this.#made.set(name, { kind, name, help, labelNames, metric });
    return metric;
  }
}

function openMetricsRegistry(): prometheus.Registry {
  const registry = new prometheus.Registry();
  // The declared type allows one format per registry type; the registry itself takes either.
  (registry as prometheus.Registry<prometheus.RegistryContentType>).setContentType(
    prometheus.Registry.OPENMETRICS_CONTENT_TYPE,
  );
  return registry;
}

/** Absent where there is none: prom-client would write an empty one. */
function exemplar(): { exemplarLabels?: { trace_id: string } } {
  const ids = currentSpanIds();
  return ids?.sampled === true ? { exemplarLabels: { trace_id: ids.traceId } } : {};
}
