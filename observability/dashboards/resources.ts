import type { RowSpec } from '../panel';
import { gauge, rate } from '../query';

/** What a service's pods use: the same row on each service's dashboard. */
export function resources(service: string): RowSpec {
  return {
    title: 'Pods',
    panels: [
      {
        title: 'CPU',
        description: 'Cores used. One process is bound to about one core, besides its native threads.',
        unit: 'short',
        queries: [{ expression: rate('process_cpu_seconds_total', service, 'pod'), legend: '{{pod}}' }],
      },
      {
        title: 'Memory',
        description: 'Resident memory. The limit of the container is where the kernel kills it.',
        unit: 'bytes',
        queries: [gauge('max', 'process_resident_memory_bytes', 'pod', service)],
      },
      {
        title: 'Event loop lag',
        description: 'p99 since the last scrape.',
        unit: 's',
        bad: [0.1, 0.25],
        queries: [gauge('max', 'nodejs_eventloop_lag_p99_seconds', 'pod', service)],
      },
      {
        title: 'Garbage collection',
        description: 'Share of the time spent collecting.',
        unit: 'percentunit',
        queries: [{ expression: rate('nodejs_gc_duration_seconds_sum', service, 'pod'), legend: '{{pod}}' }],
      },
    ],
  };
}
