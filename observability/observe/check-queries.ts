import type { Asked } from './expressions';
import type { PrometheusServer, Series } from './prometheus-server';

export interface QueryReport {
  answered: Asked[];
  empty: Asked[];
  broken: { asked: Asked; error: string }[];
  /** Of exporters that are not here: Prometheus understood them. */
  syntaxOnly: Asked[];
}

const STEP_S = 4;

/** Asks everything over the time given. */
export async function checkQueries(
  prometheus: PrometheusServer,
  asked: readonly Asked[],
  fromS: number,
): Promise<QueryReport> {
  const report: QueryReport = { answered: [], empty: [], broken: [], syntaxOnly: [] };
  for (const each of asked) {
    try {
      const series = await prometheus.range(each.expression, fromS, Date.now() / 1_000, STEP_S);
      if (each.source !== 'services') report.syntaxOnly.push(each);
      else if (hasNumber(series)) report.answered.push(each);
      else report.empty.push(each);
    } catch (error) {
      report.broken.push({ asked: each, error: String(error) });
    }
  }
  return report;
}

/** NaN is what a quotient of nothing is. */
function hasNumber(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value))));
}
