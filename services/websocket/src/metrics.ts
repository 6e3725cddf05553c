import { CLOSE_CODES as OUR_CLOSE_CODES, isEventKind, isServerFrameType } from '@chat-app/protocol';
import { SECONDS_BUCKETS, type Counter, type Gauge, type Histogram, type Metrics } from '@chat-app/platform';

/** What is counted together because it is not known here. */
const OTHER = 'other';

/** Counts in plain numbers and hands them to the metric when it is read: this runs several times per message. */
export class Tally {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly counter: Counter,
    private readonly label: string | undefined,
    initial: readonly string[] = [],
    private readonly isKnown: (value: string) => boolean = () => true,
  ) {
    // From 0, so that the first event shows as an increase.
    for (const value of initial) this.#counts.set(value, 0);
  }

  add(value: string, amount = 1): void {
    // Others may invent values; a label may not.
    const counted = this.isKnown(value) ? value : OTHER;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + amount);
  }

  /** Hands over what was counted since the last time. */
  flush(): void {
    for (const [value, amount] of this.#counts) this.counter.inc(this.label ? { [this.label]: value } : {}, amount);
    this.#counts.clear();
  }
}

const READ_CAUSES = ['connect', 'notice', 'reconciliation', 'resubscribe', 'retry', 'drained'] as const;
/** Why the inbox was read. */
export type ReadCause = (typeof READ_CAUSES)[number];

/** Why an envelope is not processed: it cannot be read, a later version wrote it, or it came on a channel of others. */
const IGNORED = ['unreadable', 'unknown_kind', 'wrong_channel'] as const;

/** Why a signal is not passed on: too many of the user, not theirs to give, too many members, a slow socket, an outage of Redis. */
const SIGNALS_DROPPED = ['limited', 'no_member', 'large_group', 'congested', 'not_published'] as const;

/** Codes of `rejected` and of refused handshakes that are this side's fault: what availability is counted by. */
const OUR_FAULTS = ['unavailable', 'overloaded', 'internal'];
/** Normal, going away, no code, abnormal, a restart of the pod. */
const CLOSE_CODES = ['1000', '1001', '1005', '1006', '1012'];
/** Those that a server closes with, and those that RFC 6455 and its registry give a meaning. */
const KNOWN_CLOSE_CODES = new Set([
  ...Object.values(OUR_CLOSE_CODES).map(({ code }) => String(code)),
  ...Array.from({ length: 15 }, (_, index) => String(1_000 + index)),
]);
/** A delivery that waited for an outage to end is late, not unmeasured. */
const DELIVERY_BUCKETS = [...SECONDS_BUCKETS, 30, 60, 120, 300];

/** Every metric of this service. */
export interface WebsocketMetrics {
  /** Sockets still to be closed by the drain. */
  draining: Gauge;
  opened: Counter;
  closed: Tally;
  refused: Tally;
  framesIn: Tally;
  framesOut: Tally;
  outboundBytes: Tally;
  accepted: Tally;
  rejected: Tally;
  liveDeliveries: Tally;
  storedNotices: Tally;
  envelopesIgnored: Tally;
  signalsDropped: Tally;
  catchUpReads: Tally;
  catchUpFailures: Counter;
  confirmations: Counter;
  presenceFailures: Counter;
  publishFailures: Counter;
  slow: Counter;
  appendSeconds: Histogram;
  deliverySeconds: Histogram;
  /** Counted up to now goes to the registry. */
  flush(): void;
}

type MakeTally = (name: string, help: string, label?: string, initial?: readonly string[]) => Tally;

function signalMetrics(
  metrics: Metrics,
  tally: MakeTally,
): Pick<WebsocketMetrics, 'signalsDropped' | 'presenceFailures'> {
  const help = 'Signals (typing, presence) that were not passed on, by reason.';
  return {
    signalsDropped: tally('chat_websocket_signals_dropped_total', help, 'reason', SIGNALS_DROPPED),
    presenceFailures: metrics.counter({
      name: 'chat_websocket_presence_failures_total',
      help: 'Presence requests that Redis or persistence did not answer.',
    }),
  };
}

/** Declares the metrics; the number of connections is asked for at each scrape. */
export function declareMetrics(metrics: Metrics, connections: { readonly size: number }): WebsocketMetrics {
  const tallies: Tally[] = [];
  // Declared first: it is collected first, and then everything tallied so far is in the counters.
  metrics.gauge({
    name: 'chat_websocket_connections',
    help: 'Sockets open now.',
    collect: (gauge) => {
      for (const tally of tallies) tally.flush();
      gauge.set(connections.size);
    },
  });
  const draining = metrics.gauge({
    name: 'chat_websocket_draining_connections',
    help: 'Sockets still to be closed by the drain; 0 when not draining.',
  });
  draining.set(0);
  const tally = (
    name: string,
    help: string,
    label?: string,
    initial?: readonly string[],
    isKnown?: (value: string) => boolean,
  ): Tally => {
    const labelNames = label === undefined ? [] : [label];
    const made = new Tally(metrics.counter({ name, help, labelNames }), label, initial, isKnown);
    tallies.push(made);
    return made;
  };
  return {
    draining,
    opened: metrics.counter({ name: 'chat_websocket_connections_opened_total', help: 'Sockets opened.' }),
    closed: tally(
      'chat_websocket_connections_closed_total',
      'Sockets closed, by close code; other, where the client made one up.',
      'code',
      CLOSE_CODES,
      (code) => KNOWN_CLOSE_CODES.has(code),
    ),
    refused: tally('chat_websocket_handshakes_refused_total', 'Handshakes refused, by error code.', 'code', OUR_FAULTS),
    framesIn: tally('chat_websocket_frames_received_total', 'Frames of clients, by type.', 'type'),
    framesOut: tally(
      'chat_websocket_frames_sent_total',
      'Frames to clients, by type; other, where this version does not know it.',
      'type',
      [],
      (type) => isServerFrameType(type) || isEventKind(type),
    ),
    outboundBytes: tally('chat_websocket_sent_bytes_total', 'Bytes of frames written to sockets.'),
    accepted: tally('chat_messages_accepted_total', 'Messages the log acknowledged.'),
    rejected: tally('chat_messages_rejected_total', 'Sends answered with rejected, by error code.', 'code', OUR_FAULTS),
    liveDeliveries: tally('chat_websocket_live_deliveries_total', 'Live messages sent to a socket.'),
    storedNotices: tally('chat_websocket_stored_notices_total', 'Stored notices received, in inbox positions.'),
    envelopesIgnored: tally(
      'chat_websocket_envelopes_ignored_total',
      'Envelopes of the fan-out that were not processed, by reason.',
      'reason',
      IGNORED,
    ),
    ...signalMetrics(metrics, tally),
    catchUpReads: tally('chat_websocket_inbox_reads_total', 'Reads of an inbox, by cause.', 'cause', READ_CAUSES),
    catchUpFailures: metrics.counter({ name: 'chat_websocket_inbox_read_failures_total', help: 'Reads that failed.' }),
    confirmations: metrics.counter({ name: 'chat_websocket_cursors_written_total', help: 'Cursors written.' }),
    publishFailures: metrics.counter({ name: 'chat_websocket_publish_failures_total', help: 'Live publishes lost.' }),
    slow: metrics.counter({ name: 'chat_websocket_congestions_total', help: 'Congested sockets.' }),
    appendSeconds: metrics.histogram({
      name: 'chat_websocket_append_seconds',
      help: 'From the send frame to the acknowledgement of the log.',
      buckets: SECONDS_BUCKETS,
    }),
    deliverySeconds: metrics.histogram({
      name: 'chat_websocket_accepted_to_delivered_seconds',
      help: 'From acceptance to the write on the recipient pod (clocks of two pods), by path: live, or inbox for what was sent while the socket was open.',
      labelNames: ['path'],
      buckets: DELIVERY_BUCKETS,
    }),
    flush: () => tallies.forEach((each) => each.flush()),
  };
}
