/** Draws what a message costs as work grows: two panels of stacked bars, one part a group of processes. */

/** One measurement. */
export interface CostFigures {
  sockets: number;
  pods: number;
  perSecond: number;
  p50: number | undefined;
  p99: number | undefined;
  /** Microseconds a message, by group of processes. */
  cpuUs: Record<string, number>;
}

/** Colours that are told apart in print and by the colour-blind (Okabe and Ito), from the bottom up. */
const GROUPS: readonly (readonly [name: string, colour: string])[] = [
  ['websocket', '#0072b2'],
  ['persistence', '#56b4e9'],
  ['postgres', '#e69f00'],
  ['kafka', '#999999'],
  ['redis', '#d55e00'],
];
const [WIDTH, HEIGHT, PANEL, LEFT, TOP, BOTTOM] = [860, 380, 350, 60, 70, 330] as const;
const BAR = 44;

/** Figures as an SVG file. */
export function plotCost({
  rate,
  bySockets,
  byPods,
}: {
  rate: number;
  bySockets: readonly CostFigures[];
  byPods: readonly CostFigures[];
}): string {
  const highest = Math.max(...[...bySockets, ...byPods].map(sumOf));
  const step = stepOf(highest);
  const top = Math.ceil(highest / step) * step;
  const y = (value: number): number => BOTTOM - ((BOTTOM - TOP) * value) / top;
  const panel = (
    at: number,
    title: string,
    all: readonly CostFigures[],
    label: (one: CostFigures) => string,
  ): string => {
    const width = PANEL / Math.max(1, all.length);
    const lines = Array.from({ length: top / step + 1 }, (_, index) => index * step).map(
      (value) =>
        `<line x1="${at}" x2="${at + PANEL}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
        `<text x="${at - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    );
    const bars = all.map((one, index) => bar(at + width * (index + 0.5), one, label(one), y));
    return [`<text x="${at}" y="${TOP - 18}" font-weight="bold">${title}</text>`, ...lines, ...bars].join('\n');
  };
  const legend = GROUPS.map(
    ([name, colour], index) =>
      `<rect x="${LEFT + index * 110}" y="12" width="12" height="12" fill="${colour}"/>` +
      `<text x="${LEFT + 18 + index * 110}" y="22">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
${legend.join('\n')}
${panel(LEFT, `µs CPU a message at ${rate}/s, by sockets`, bySockets, ({ sockets }) => sockets.toLocaleString('en'))}
${panel(LEFT + PANEL + 60, `… by websocket pods, 1,000 sockets`, byPods, ({ pods }) => String(pods))}
</svg>
`;
}

function sumOf({ cpuUs }: CostFigures): number {
  return GROUPS.reduce((sum, [name]) => sum + (cpuUs[name] ?? 0), 0);
}

/** A round number of which the highest value has about five. */
function stepOf(highest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(highest / 5));
  return ([1, 2, 5, 10].find((factor) => factor * magnitude >= highest / 5) ?? 10) * magnitude;
}

function bar(middle: number, one: CostFigures, label: string, y: (value: number) => number): string {
  let sum = 0;
  const parts = GROUPS.map(([name, colour]) => {
    const [from, to] = [sum, sum + (one.cpuUs[name] ?? 0)];
    sum = to;
    const height = (y(from) - y(to)).toFixed(1);
    return `<rect x="${middle - BAR / 2}" y="${y(to).toFixed(1)}" width="${BAR}" height="${height}" fill="${colour}"/>`;
  });
  return [
    ...parts,
    `<text x="${middle}" y="${(y(sum) - 5).toFixed(1)}" text-anchor="middle">${Math.round(sum)}</text>`,
    `<text x="${middle}" y="${BOTTOM + 18}" text-anchor="middle">${label}</text>`,
  ].join('\n');
}
