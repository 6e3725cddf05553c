/** Expressions that several dashboards share: always summed over pods, always within the chosen namespaces. */
import type { Query } from './panel';

/** Labels that a scrape by the chart's PodMonitor gives: `job` is the service. */
export function within(service: string | undefined, more = ''): string {
  const matchers = ['namespace=~"$namespace"', 'pod=~"$pod"'];
  if (service !== undefined) matchers.push(`job="${service}"`);
  if (more !== '') matchers.push(more);
  return `{${matchers.join(',')}}`;
}

/** Events a second, summed by a label (over everything without one). */
export function rate(metric: string, service?: string, by?: string, more = ''): string {
  const sum = `sum${by === undefined ? '' : ` by (${by})`}`;
  return `${sum} (rate(${metric}${within(service, more)}[$__rate_interval]))`;
}

/** The median, the 95th and the 99th percentile of a histogram over all pods. */
export function quantiles(metric: string, service?: string, more = ''): Query[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expression: `histogram_quantile(${quantile}, ${rate(`${metric}_bucket`, service, 'le', more)})`,
    legend: `p${quantile * 100}`,
  }));
}

/** One percentile of a histogram, by a label. */
export function quantileBy(quantile: number, metric: string, by: string, service?: string, more = ''): Query {
  const buckets = rate(`${metric}_bucket`, service, `le, ${by}`, more);
  return { expression: `histogram_quantile(${quantile}, ${buckets})`, legend: `{{${by}}} p${quantile * 100}` };
}

/** A counter's rate as a query. */
export function counted(metric: string, legend: string, service?: string, by?: string, more = ''): Query {
  return { expression: rate(metric, service, by, more), legend };
}

/** A gauge, aggregated over what `by` does not name. */
export function gauge(
  aggregate: 'sum' | 'max' | 'min',
  metric: string,
  by: string,
  service?: string,
  more = '',
): Query {
  const legend = by
    .split(', ')
    .map((label) => `{{${label}}}`)
    .join(' ');
  return { expression: `${aggregate} by (${by}) (${metric}${within(service, more)})`, legend };
}
