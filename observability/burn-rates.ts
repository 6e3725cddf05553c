/** The rules that follow from the objectives: recorded shares of bad events, and alerts on how fast the budget burns. */
import { errorRatio, OBJECTIVES, type Objective } from './objectives';

/** A rule file as Prometheus reads it. */
export interface RuleFile {
  groups: { name: string; interval?: string; rules: Rule[] }[];
}

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What the chart narrows to the release's namespace. */
const NAMESPACE = 'namespace=~".+"';

/**
 * Multiwindow, multi-burn-rate (Site Reliability Workbook, chapter 5): the long window says that it matters, the short
 * one that it still goes on. A factor of 1 spends a budget in exactly thirty days.
 */
const BURNS = [
  {
    severity: 'critical',
    suffix: 'Burn',
    windows: [
      ['1h', '5m', 14.4],
      ['6h', '30m', 6],
    ],
  },
  {
    severity: 'warning',
    suffix: 'SlowBurn',
    windows: [
      ['1d', '2h', 3],
      ['3d', '6h', 1],
    ],
  },
] as const;
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];

/** Recording rules and alerts of all objectives. */
export function burnRateRules(): RuleFile {
  return {
    groups: OBJECTIVES.map((objective) => ({
      name: `chat-objective-${objective.name.replaceAll('_', '-')}`,
      rules: [...WINDOWS.map((window) => recordOf(objective, window)), ...alertsOf(objective)],
    })),
  };
}

function recordOf(objective: Objective, window: string): Rule {
  // Without any event nothing is recorded: 0 / 0 fires nothing.
  const expr = `${objective.bad(window, NAMESPACE)} / ${objective.total(window, NAMESPACE)}`;
  return { record: errorRatio(objective, window), expr };
}

function alertsOf(objective: Objective): Rule[] {
  const budget = Number((1 - objective.target).toFixed(6));
  return BURNS.map(({ severity, suffix, windows }) => ({
    alert: `${objective.title}${suffix}`,
    expr: windows
      .map(([long, short, factor]) =>
        [long, short]
          .map((window) => `${errorRatio(objective, window)}{${NAMESPACE}} > ${factor} * ${budget}`)
          .join(' and '),
      )
      .map((both) => `(${both})`)
      .join(' or '),
    labels: { severity },
    annotations: {
      summary: `The error budget of ${objective.name.replaceAll('_', ' ')} burns ${severity === 'critical' ? 'fast' : 'steadily'} in {{ $labels.namespace }}`,
      description: `${objective.symptom} Share of bad events: {{ $value | humanizePercentage }}; objective: ${objective.target * 100} % good over 30 days.`,
      runbook_url: `docs/operations.md#${`${objective.title}${suffix}`.toLowerCase()}`,
    },
  }));
}
