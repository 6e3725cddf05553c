/** Causes a fault, waits for the alert that must tell of it, and says what else was seen. */
import { setTimeout as delay } from 'node:timers/promises';
import { findPanel, substitute } from './expressions';
import type { PrometheusServer } from './prometheus-server';

export interface Fault {
  title: string;
  /** The alerts that must fire. */
  alerts: readonly string[];
  /** Where one looks: dashboard and panel. */
  panels: readonly (readonly [dashboard: string, panel: string])[];
  cause(): Promise<void>;
  end(): Promise<void>;
}

export interface DrillResult {
  fault: string;
  /** Alert → seconds from the fault to its firing, in that order. */
  fired: Map<string, number>;
  missing: string[];
  /** Largest change of a panel's series, before and in the fault. */
  shown: { panel: string; series: string; before: number; during: number }[];
  /** Seconds from the end of the fault until none of the alerts fired. */
  recoveredS: number | undefined;
}

const LOOK_MS = 1_000;
const FIRING_WITHIN_MS = 240_000;
const QUIET_WITHIN_MS = 240_000;
const BEFORE_S = 30;

export async function drill(prometheus: PrometheusServer, fault: Fault): Promise<DrillResult> {
  const noise = new Set(await firing(prometheus));
  const fired = new Map<string, number>();
  const began = Date.now();
  await fault.cause();
  const look = async (): Promise<void> => {
    for (const name of await firing(prometheus)) {
      if (!noise.has(name) && !fired.has(name)) fired.set(name, Math.round((Date.now() - began) / 1_000));
    }
  };
  const isMissing = (name: string): boolean => !fired.has(name);
  while (fault.alerts.some(isMissing) && Date.now() - began < FIRING_WITHIN_MS) {
    await delay(LOOK_MS);
    await look();
  }
  const shown = await Promise.all(fault.panels.map((panel) => changeOf(prometheus, panel, began / 1_000)));
  await fault.end();
  const ended = Date.now();
  let recoveredS: number | undefined;
  while (recoveredS === undefined && Date.now() - ended < QUIET_WITHIN_MS) {
    await delay(LOOK_MS);
    await look();
    const now = await firing(prometheus);
    if (!fault.alerts.some((name) => now.includes(name))) recoveredS = Math.round((Date.now() - ended) / 1_000);
  }
  return { fault: fault.title, fired, missing: fault.alerts.filter(isMissing), shown: shown.flat(), recoveredS };
}

async function firing(prometheus: PrometheusServer): Promise<string[]> {
  const alerts = await prometheus.alerts();
  return [...new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname'] ?? ''))];
}

/** The series of a panel that moved most between the time before the fault and the time in it. */
async function changeOf(
  prometheus: PrometheusServer,
  [dashboard, title]: readonly [string, string],
  beganS: number,
): Promise<DrillResult['shown']> {
  const changes: DrillResult['shown'] = [];
  for (const { expression } of findPanel(dashboard, title).queries) {
    const nowS = Date.now() / 1_000;
    for (const { metric, values } of await prometheus.range(substitute(expression), beganS - BEFORE_S, nowS, 2)) {
      const numbers = (from: number, to: number): number[] =>
        values
          .filter(([at]) => at >= from && at < to)
          .map(([, value]) => Number(value))
          .filter(Number.isFinite);
      const before = numbers(0, beganS).at(-1) ?? 0;
      const later = numbers(beganS, Infinity);
      const during = later.reduce(
        (most, each) => (Math.abs(each - before) > Math.abs(most - before) ? each : most),
        before,
      );
      const series = Object.entries(metric)
        .filter(([name]) => name !== '__name__')
        .map(([, value]) => value)
        .join(' ');
      changes.push({ panel: `${dashboard}: ${title}`, series, before, during });
    }
  }
  const change = ({ before, during }: { before: number; during: number }): number => Math.abs(during - before);
  return changes.sort((one, other) => change(other) - change(one)).slice(0, 1);
}
