import { median, rounded } from './measure/statistics';
import type { DrainFigures } from './scenarios/drain';
import type { IdleFigures } from './scenarios/idle';
import type { LoadFigures } from './scenarios/load';
import type { RoomFigures } from './scenarios/room';
import type { StormFigures } from './scenarios/storm';

/** One measurement, as it is printed. */
export type Figures = LoadFigures | IdleFigures | RoomFigures | DrainFigures | StormFigures;

/** Begins the name of a steady load at a rate of its own. */
export const AT_RATE = 'steady, ';

type Row = readonly [title: string, scenario: string, field: string];

const ROWS: readonly Row[] = [
  ['saturated: own CPU µs a message', 'saturate', 'ownCpuUs'],
  ['saturated: CPU of what is behind, µs a message', 'saturate', 'behindCpuUs'],
  ['saturated: messages a second', 'saturate', 'perSecond'],
  ['1,000/s: own CPU µs a message', 'steady', 'ownCpuUs'],
  ['1,000/s: p50 ms', 'steady', 'p50'],
  ['1,000/s: p99 ms', 'steady', 'p99'],
  ['connect: CPU ms', 'connect', 'cpuMsPerConnect'],
  ['connect: connections a second', 'connect', 'perSecond'],
  ['idle: KiB a connection', 'connect', 'kiBPerConnection'],
  ['idle: % of a core, all together', 'connect', 'idleCpuPercent'],
  ...['room, 10/s', 'room, 40/s', 'room, as fast as it goes'].flatMap((scenario): Row[] => [
    [`${scenario}: CPU µs a delivery`, scenario, 'cpuUsPerDelivery'],
    [`${scenario}: deliveries a second`, scenario, 'deliveriesPerSecond'],
    [`${scenario}: p99 ms`, scenario, 'p99'],
  ]),
  ['drain: stored a second', 'drain', 'perSecond'],
  ['storm: seconds until all have all', 'storm', 'seconds'],
  ['storm: p99 ms of others before', 'storm', 'calmP99'],
  ['storm: p99 ms of others meanwhile', 'storm', 'stormP99'],
];

/** Medians of these measurements, systems side by side, as a table of Markdown. Rows that nobody has are left out. */
export function table(figures: readonly Figures[]): string {
  const systems = [...new Set(figures.map(({ system }) => system))];
  const values = (system: string, scenario?: string): Record<string, unknown>[] =>
    figures
      .filter((one) => one.system === system && (scenario === undefined || one.scenario === scenario))
      .map((one) => ({ ...one }));
  const rows = [...ROWS, ...rowsOfRates(figures)]
    .map(([title, scenario, field]) => [
      title,
      ...systems.map((system) => {
        const middle = median(
          values(system, scenario).flatMap((one) => (typeof one[field] === 'number' ? [one[field]] : [])),
        );
        return middle === undefined ? '' : rounded(middle).toLocaleString('en');
      }),
    ])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  const faults = [
    'lost, duplicated, disordered, promises broken',
    ...systems.map((system) => String(faultsOf(values(system)))),
  ];
  const lines = [['measure', ...systems], ['---', ...systems.map(() => '---:')], ...rows, faults];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Of the rates that were asked for beside the usual one. */
function rowsOfRates(figures: readonly Figures[]): Row[] {
  const scenarios = new Set(figures.map(({ scenario }) => scenario).filter((name) => name.startsWith(AT_RATE)));
  return [...scenarios].flatMap((scenario): Row[] => {
    const rate = scenario.slice(AT_RATE.length);
    return [
      [`${rate}: own CPU µs a message`, scenario, 'ownCpuUs'],
      [`${rate}: p50 ms`, scenario, 'p50'],
    ];
  });
}

/** How many messages of these measurements were lost, came twice or in another order, or broke a promise otherwise. */
export function faultsOf(figures: readonly object[]): number {
  let faults = 0;
  for (const one of figures as Partial<LoadFigures>[]) {
    faults += Math.abs(one.lost ?? 0) + (one.duplicated ?? 0) + (one.disordered ?? 0);
    for (const cases of Object.values(one.verified?.broken ?? {})) faults += cases;
  }
  return faults;
}
