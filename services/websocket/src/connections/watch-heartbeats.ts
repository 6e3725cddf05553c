import { encodeServerFrame } from '@chat-app/protocol';
import { encodeFrame } from '../delivery/encode-frame';
import type { Transmitter } from '../delivery/transmit-frame';
import type { Connection } from './connection';

/** Pings without any sign of life in between after which a connection is dead. */
const MAX_UNANSWERED = 2;
const PING = encodeFrame(encodeServerFrame({ type: 'ping' }));

/**
 * Finds connections whose other end is gone, and shows the other end that this one is there: browsers hide the pings of
 * the WebSocket, so where no frame was sent for an interval, one is. One timer for all: this is called about once a second
 * for each.
 */
export class HeartbeatWatch {
  constructor(
    private readonly intervalMs: number,
    private readonly transmitter: Transmitter,
    private readonly random: () => number,
  ) {}

  /** The first ping comes at a random point of the interval, so that they spread. */
  begin({ heartbeat }: Connection, now: number): void {
    heartbeat.schedule(now + this.intervalMs * (0.5 + this.random() / 2));
  }

  watch(connection: Connection, now: number): void {
    const { heartbeat } = connection;
    if (heartbeat.silentFor(now) >= this.intervalMs) this.transmitter.write(connection, PING, 'ping');
    if (!heartbeat.isDue(now)) return;
    heartbeat.schedule(now + this.intervalMs);
    if (heartbeat.unanswered >= MAX_UNANSWERED) {
      connection.close('ping_timeout');
      return;
    }
    heartbeat.pinged();
    connection.ping();
  }
}
