/** Draws what Prometheus answers as an SVG, panel by panel: a picture for the documentation, not a second Grafana. */
import type { DashboardSpec, PanelSpec } from '../panel';
import { substitute } from './expressions';
import type { PrometheusServer } from './prometheus-server';

interface Line {
  label: string;
  points: [number, number][];
}

export interface Mark {
  atS: number;
  label: string;
}

const WIDTH = 460;
const HEIGHT = 190;
const PLOT = { left: 52, top: 30, right: 12, bottom: 46 };
const COLUMNS = 2;
const COLORS = ['#3274d9', '#e0752d', '#37872d', '#c4162a', '#8f3bb8', '#b08a00', '#0a7f8f', '#705da0'];
const MAX_LEGENDS = 6;

/** @returns an SVG of all panels of a dashboard over the time given, with the faults as bands */
export async function plotDashboard(
  prometheus: PrometheusServer,
  spec: DashboardSpec,
  { fromS, toS, marks }: { fromS: number; toS: number; marks: readonly Mark[] },
): Promise<string> {
  const panels = spec.rows.flatMap((row) => row.panels).filter(({ kind }) => kind !== 'stat');
  const drawn: string[] = [];
  for (const panel of panels) {
    const lines = await readLines(prometheus, panel, fromS, toS);
    if (lines.length > 0) drawn.push(drawPanel(panel, lines, { fromS, toS, marks }));
  }
  const rows = Math.ceil(drawn.length / COLUMNS);
  const placed = drawn.map((body, index) => {
    const [x, y] = [(index % COLUMNS) * WIDTH, 34 + Math.floor(index / COLUMNS) * HEIGHT];
    return `<g transform="translate(${x} ${y})">${body}</g>`;
  });
  const [width, height] = [WIDTH * COLUMNS, 40 + rows * HEIGHT];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="10" fill="#222">` +
    `<rect width="${width}" height="${height}" fill="#fff"/><text x="12" y="22" font-size="15" font-weight="bold">${escape(spec.title)}</text>` +
    `${placed.join('')}</svg>\n`
  );
}

async function readLines(prometheus: PrometheusServer, panel: PanelSpec, fromS: number, toS: number): Promise<Line[]> {
  const lines: Line[] = [];
  const step = Math.max(2, Math.round((toS - fromS) / 200));
  for (const { expression, legend } of panel.queries) {
    for (const { metric, values } of await prometheus.range(substitute(expression), fromS, toS, step)) {
      const label = legend.replace(/\{\{(\w+)\}\}/g, (_, name: string) => metric[name] ?? '');
      const points = values.map(([at, value]): [number, number] => [at, Number(value)]);
      lines.push({ label, points: points.filter(([, value]) => Number.isFinite(value)) });
    }
  }
  return lines.filter(({ points }) => points.length > 0);
}

function drawPanel(
  panel: PanelSpec,
  lines: readonly Line[],
  { fromS, toS, marks }: { fromS: number; toS: number; marks: readonly Mark[] },
): string {
  const most = lines.flatMap(({ points }) => points.map(([, value]) => value)).reduce((a, b) => Math.max(a, b), 0) || 1;
  const x = (atS: number): string =>
    (PLOT.left + ((atS - fromS) / (toS - fromS)) * (WIDTH - PLOT.left - PLOT.right)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - PLOT.bottom - (value / most) * (HEIGHT - PLOT.top - PLOT.bottom)).toFixed(1);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(most * share);
    const text = `<text x="${PLOT.left - 5}" y="${Number(at) + 3}" text-anchor="end">${format(most * share, panel.unit)}</text>`;
    return `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${at}" y2="${at}" stroke="#ddd"/>${text}`;
  });
  const faults = marks.map(
    ({ atS, label }) =>
      `<line x1="${x(atS)}" x2="${x(atS)}" y1="${PLOT.top}" y2="${HEIGHT - PLOT.bottom}" stroke="#999" stroke-dasharray="3 3"/>` +
      `<text x="${Number(x(atS)) + 2}" y="${PLOT.top + 8}" fill="#777" font-size="8">${escape(label)}</text>`,
  );
  const drawn = lines.map(({ points }, index) => {
    const path = points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ');
    return `<polyline fill="none" stroke="${COLORS[index % COLORS.length]}" stroke-width="1.2" points="${path}"/>`;
  });
  const legends = lines.slice(0, MAX_LEGENDS).map(({ label }, index) => {
    const [left, top] = [PLOT.left + (index % 3) * 132, HEIGHT - PLOT.bottom + 18 + Math.floor(index / 3) * 13];
    const text = `<text x="${left + 12}" y="${top}">${escape(label.slice(0, 22))}</text>`;
    return `<rect x="${left}" y="${top - 7}" width="8" height="8" fill="${COLORS[index % COLORS.length]}"/>${text}`;
  });
  const title = `<text x="12" y="18" font-size="12" font-weight="bold">${escape(panel.title)}</text>`;
  return [title, ...grid, ...faults, ...drawn, ...legends].join('');
}

function format(value: number, unit: string): string {
  if (unit === 'bytes' || unit === 'Bps') {
    return value >= 1e6 ? `${(value / 1e6).toFixed(0)} MB` : `${(value / 1e3).toFixed(1)} kB`;
  }
  if (unit === 's') return value < 1 ? `${(value * 1_000).toFixed(value < 0.01 ? 1 : 0)} ms` : `${value.toFixed(1)} s`;
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
