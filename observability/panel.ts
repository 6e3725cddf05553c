/** Panels as this project uses them, and how they become Grafana's JSON. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export interface Query {
  /** PromQL with Grafana's `$namespace`, `$pod`, `$__rate_interval` and `$__range`. */
  expression: string;
  /** Name of each series, with `{{label}}`. */
  legend: string;
}

export interface PanelSpec {
  title: string;
  /** What a reader should conclude, and where the number is bad. */
  description: string;
  /** Grafana's unit: s, short, reqps, percentunit, bytes. */
  unit: string;
  queries: readonly Query[];
  kind?: 'stat';
  /** Turns orange and red from these values on. */
  bad?: readonly [warning: number, critical: number];
  /** Low values are bad: turns red below the second, orange below the first. */
  good?: readonly [green: number, orange: number];
  stacked?: boolean;
  decimals?: number;
}

export interface RowSpec {
  title: string;
  panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  /** Name of the file, and of the ConfigMap. */
  name: string;
  title: string;
  description: string;
  rows: readonly RowSpec[];
}

const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const HEIGHT = { stat: 4, timeseries: 8 };

/** Grafana's model of a dashboard. The same spec gives the same JSON. */
export function buildDashboard(spec: DashboardSpec): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(`chat-app-${spec.name}`)
    .description(spec.description)
    .tags(['chat-app'])
    .editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('namespace', 'Namespace', 'label_values(chat_websocket_connections, namespace)'))
    .withVariable(variable('pod', 'Pod', 'label_values(nodejs_version_info{namespace=~"$namespace"}, pod)'))
    .link(
      new dashboard.DashboardLinkBuilder('chat-app')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['chat-app'])
        .asDropdown(true)
        .keepTime(true),
    );
  let top = 0;
  for (const row of spec.rows) {
    builder.withRow(new dashboard.RowBuilder(row.title).gridPos({ x: 0, y: top, w: COLUMNS, h: 1 }));
    top += 1;
    top = placePanels(builder, row, top);
  }
  return builder.build();
}

/** Places a row's panels from `top` on and answers where they end. */
function placePanels(builder: dashboard.DashboardBuilder, { panels }: RowSpec, top: number): number {
  let left = 0;
  let height = 0;
  let y = top;
  for (const panel of panels) {
    const size = panel.kind === 'stat' ? { w: 6, h: HEIGHT.stat } : { w: 12, h: HEIGHT.timeseries };
    if (left + size.w > COLUMNS) {
      y += height;
      left = 0;
      height = 0;
    }
    builder.withPanel(panelOf(panel).gridPos({ x: left, y, ...size }));
    left += size.w;
    height = Math.max(height, size.h);
  }
  return y + height;
}

function variable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .query(query)
    .datasource(DATASOURCE)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

function panelOf(spec: PanelSpec): stat.PanelBuilder | timeseries.PanelBuilder {
  const builder = spec.kind === 'stat' ? statOf() : timeseriesOf(spec);
  builder.title(spec.title).description(spec.description).unit(spec.unit).datasource(DATASOURCE);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  const steps = stepsOf(spec);
  if (steps !== undefined) builder.thresholds(new dashboard.ThresholdsConfigBuilder().steps(steps));
  spec.queries.forEach(({ expression, legend }, index) => {
    const query = new prometheus.DataqueryBuilder().expr(expression).legendFormat(legend);
    query.refId(String.fromCharCode('A'.charCodeAt(0) + index));
    builder.withTarget(spec.kind === 'stat' ? query.instant() : query.range());
  });
  return builder;
}

function statOf(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function timeseriesOf({ stacked, bad }: PanelSpec): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .min(0)
    .lineWidth(1)
    .fillOpacity(stacked === true ? 30 : 8)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
  if (stacked === true) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (bad !== undefined) {
    const style = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
    builder.thresholdsStyle(style);
  }
  return builder;
}

function stepsOf({ bad, good }: PanelSpec): dashboard.Threshold[] | undefined {
  const steps = (colors: readonly string[], values: readonly number[]): dashboard.Threshold[] =>
    colors.map((color, index) => ({ color, value: index === 0 ? null : (values[index - 1] ?? 0) }));
  if (bad !== undefined) return steps(['green', 'orange', 'red'], bad);
  if (good !== undefined) return steps(['red', 'orange', 'green'], [...good].reverse());
  return undefined;
}
