import { encodeServerFrame, type CloseReason, type ServerFrame } from '@chat-app/protocol';
import type { WebsocketMetrics } from '../metrics';
import { encodeFrame, type EncodedFrame } from './encode-frame';
import type { Connection } from '../connections/connection';

/**
 * Writes to clients, within the bounds of a slow one: beyond a quarter of the outbound bytes live pushes stop and the
 * inbox feeds the client once it drained; beyond all of them it is closed as slow and resumes on its next connection.
 */
export class Transmitter {
  /** Told when a connection became congested. Set by who follows inboxes. */
  onCongested: (connection: Connection) => void = () => undefined;

  constructor(
    private readonly maxOutboundBytes: number,
    private readonly metrics: WebsocketMetrics,
  ) {}

  /** Encodes a frame for one connection and writes it. */
  send(connection: Connection, frame: ServerFrame): void {
    this.write(connection, encodeFrame(encodeServerFrame(frame)), frame.type);
  }

  /** Writes a frame that was encoded before, perhaps for many. */
  write(connection: Connection, frame: EncodedFrame, type: ServerFrame['type']): void {
    if (connection.state === 'closed') return;
    const { socket } = connection;
    socket.sendFrame(frame);
    this.metrics.framesOut.add(type);
    this.metrics.outboundBytes.add('', frame.length);
    const { buffered } = socket;
    if (buffered > this.maxOutboundBytes) this.close(connection, 'slow');
    else if (buffered > this.maxOutboundBytes / 4 && !connection.congested) {
      connection.congested = true;
      this.onCongested(connection);
    }
  }

  /** Closes a connection from our side. Its remaining answers are still written as far as the socket takes them. */
  close(connection: Connection, reason: CloseReason): void {
    if (!connection.alive) return;
    connection.state = 'closing';
    connection.socket.closeFor(reason);
  }
}
