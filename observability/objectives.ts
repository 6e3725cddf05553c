/** The service level objectives: what is promised over thirty days, and how it is counted. */

export interface Objective {
  /** Part of the names of rules. */
  name: string;
  title: string;
  /** Share of good events over thirty days. */
  target: number;
  /** Failures and all events of the last `window`, per second; both summed by namespace. */
  bad(window: string, matcher: string): string;
  total(window: string, matcher: string): string;
  /** What a user sees while the budget burns. */
  symptom: string;
}

/** Codes of `rejected` that are the service's own fault. */
export const OUR_FAULTS = 'code=~"unavailable|overloaded|internal"';
/** A delivery within this is good, seconds. A bound of the histogram. */
const DELIVERY_SECONDS = 1;
/** A store within this is good, seconds. A bound of the histogram. */
const STORE_SECONDS = 60;

const sum = (metric: string, window: string, ...matchers: string[]): string =>
  `sum by (namespace) (rate(${metric}{${matchers.filter(Boolean).join(', ')}}[${window}]))`;

/** Prometheus 3 writes whole bounds as 1.0, older ones as they were scraped. */
const bound = (seconds: number): string => `le=~"${seconds}|${seconds}[.]0"`;

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'send_availability',
    title: 'ChatSendAvailability',
    target: 0.999,
    bad: (window, matcher) => sum('chat_messages_rejected_total', window, matcher, OUR_FAULTS),
    total: (window, matcher) =>
      `(${sum('chat_messages_accepted_total', window, matcher)} + ${sum('chat_messages_rejected_total', window, matcher, OUR_FAULTS)})`,
    symptom: 'Sends are answered with unavailable, overloaded or internal; clients keep them and try again.',
  },
  {
    name: 'delivery_latency',
    title: 'ChatDeliveryLatency',
    target: 0.99,
    bad: (window, matcher) =>
      `(${sum('chat_websocket_accepted_to_delivered_seconds_count', window, matcher)} - ${sum('chat_websocket_accepted_to_delivered_seconds_bucket', window, matcher, bound(DELIVERY_SECONDS))})`,
    total: (window, matcher) => sum('chat_websocket_accepted_to_delivered_seconds_count', window, matcher),
    symptom: `Connected recipients see messages later than ${DELIVERY_SECONDS} s after acceptance.`,
  },
  {
    name: 'durability',
    title: 'ChatDurability',
    target: 0.9999,
    bad: (window, matcher) =>
      `(${sum('chat_persistence_store_delay_seconds_count', window, matcher)} - ${sum('chat_persistence_store_delay_seconds_bucket', window, matcher, bound(STORE_SECONDS))} + ${sum('chat_persistence_messages_total', window, matcher, 'outcome="dead"')})`,
    total: (window, matcher) =>
      `(${sum('chat_persistence_store_delay_seconds_count', window, matcher)} + ${sum('chat_persistence_messages_total', window, matcher, 'outcome="dead"')})`,
    symptom: `Accepted messages are dead-lettered, or stored later than ${STORE_SECONDS} s after acceptance.`,
  },
];

/** Name of the recorded share of bad events. */
export function errorRatio(objective: Objective, window: string): string {
  return `chat:${objective.name}:error_ratio_rate${window}`;
}
