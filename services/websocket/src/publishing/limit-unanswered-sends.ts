import type { Connection } from '../connections/connection';

/** Bounds on what one connection may ask for. */
export interface SendLimits {
  unacknowledged: number;
  contentBytes: number;
}

/**
 * Counts a send as unanswered. Beyond the bound the socket is not read for the time being; false beyond twice the bound
 * (frames that were read before), where the send must be refused as overloaded.
 */
export function countSend(connection: Connection, bound: number): boolean {
  if (!connection.sends.add(2 * bound)) return false;
  if (connection.sends.unanswered >= bound) connection.pause('sends');
  return true;
}

/** A send was answered; at half the bound the socket is read again. */
export function settleSend(connection: Connection, bound: number): void {
  connection.sends.settle();
  if (connection.sends.unanswered <= bound / 2) connection.resume('sends');
}
