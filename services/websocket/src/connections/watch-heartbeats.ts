import type { Connection } from './connection';
import type { Transmitter } from '../delivery/transmit-frame';

/** Pings without any sign of life in between after which a connection is dead. */
const MOST_UNANSWERED = 2;

/** Finds connections whose other end is gone. One interval for all: this is called about once a second for each. */
export class HeartbeatWatch {
  constructor(
    private readonly intervalMs: number,
    private readonly transmitter: Transmitter,
    private readonly random: () => number,
  ) {}

  /** The first ping comes at a random point of the interval, so that they spread. */
  begin(connection: Connection, now: number): void {
    connection.nextPingAt = now + this.intervalMs * (0.5 + this.random() / 2);
  }

  watch(connection: Connection, now: number): void {
    if (now < connection.nextPingAt) return;
    connection.nextPingAt = now + this.intervalMs;
    if (connection.unansweredPings >= MOST_UNANSWERED) {
      this.transmitter.close(connection, 'ping_timeout');
      return;
    }
    connection.unansweredPings += 1;
    connection.socket.sendPing();
  }

  /** The other end lives. */
  alive(connection: Connection): void {
    connection.unansweredPings = 0;
  }
}
