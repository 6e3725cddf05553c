import { encodeServerFrame, type ServerFrame } from '@chat-app/protocol';
import type { WebsocketMetrics } from '../metrics';
import { encodeFrame, type EncodedFrame } from './encode-frame';
import type { Connection } from '../connections/connection';

/**
 * Writes to clients, within the bounds of a slow one: beyond a quarter of the outbound bytes live pushes stop and the
 * inbox feeds the client once it drained; beyond all of them it is closed as slow and resumes on its next connection.
 */
export class Transmitter {
  constructor(
    private readonly maxOutboundBytes: number,
    private readonly metrics: WebsocketMetrics,
  ) {}

  /** Encodes a frame for one connection and writes it. */
  send(connection: Connection, frame: ServerFrame): void {
    this.sendText(connection, encodeServerFrame(frame), frame.type);
  }

  /** Writes an encoded frame to one connection. */
  sendText(connection: Connection, text: string, type: string): void {
    this.write(connection, encodeFrame(text), type);
  }

  /** Writes a frame that was encoded before, perhaps for many. */
  write(connection: Connection, frame: EncodedFrame, type: string): void {
    if (connection.state === 'closed') return;
    connection.write(frame);
    this.metrics.framesOut.add(type);
    this.metrics.outboundBytes.add('', frame.length);
    if (connection.buffered > this.maxOutboundBytes) connection.close('slow');
  }

  /** So much waits for the client that nothing should be pushed to it for now. */
  isCongested(connection: Connection): boolean {
    return connection.buffered > this.maxOutboundBytes / 4;
  }
}
