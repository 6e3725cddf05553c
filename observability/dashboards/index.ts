import type { DashboardSpec } from '../panel';
import { authentication } from './authentication';
import { kafka } from './kafka';
import { overview } from './overview';
import { persistence } from './persistence';
import { postgresql } from './postgresql';
import { websocket } from './websocket';

/** Every dashboard of the chart. */
export const DASHBOARDS: readonly DashboardSpec[] = [
  overview,
  authentication,
  websocket,
  persistence,
  kafka,
  postgresql,
];
