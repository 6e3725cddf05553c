import type { Connection } from './connection';

/** Bounds on what one connection may ask for. */
export interface SendLimits {
  unacknowledged: number;
  perSecond: number;
  burst: number;
}

/** Refused frames within a minute after which the client is told to go: it does not heed the answers. */
const MOST_REFUSED = 300;
/** Unreadable frames within a minute after which it is of no use to go on. */
const MOST_MALFORMED = 20;
const MINUTE_MS = 60_000;

/**
 * Counts a send as unanswered. Beyond the bound the socket is not read for the time being; false beyond twice the bound
 * (frames that were read before), where the send must be refused as overloaded.
 */
export function holdBack(connection: Connection, bound: number): boolean {
  if (connection.unacknowledged >= 2 * bound) return false;
  connection.unacknowledged += 1;
  if (connection.unacknowledged >= bound && !connection.held) {
    connection.held = true;
    connection.socket.holdReading();
  }
  return true;
}

/** A send was answered; at half the bound the socket is read again. */
export function letGo(connection: Connection, bound: number): void {
  connection.unacknowledged -= 1;
  if (connection.held && !connection.leaving && connection.unacknowledged <= bound / 2) {
    connection.held = false;
    connection.socket.goOnReading();
  }
}

/** Counts an unreadable frame; true when it was one too many. */
export function isTooMalformed(connection: Connection, now: number): boolean {
  renewMinute(connection, now);
  connection.malformed += 1;
  return connection.malformed >= MOST_MALFORMED;
}

/** Counts a frame beyond the allowed rate; true when it was one too many. */
export function isFlooding(connection: Connection, now: number): boolean {
  renewMinute(connection, now);
  connection.flooded += 1;
  return connection.flooded >= MOST_REFUSED;
}

function renewMinute(connection: Connection, now: number): void {
  if (now - connection.countedSince < MINUTE_MS) return;
  connection.countedSince = now;
  connection.malformed = 0;
  connection.flooded = 0;
}
