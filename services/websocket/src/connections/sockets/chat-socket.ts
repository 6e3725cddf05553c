import type { CloseReason } from '@chat-app/protocol';
import type { EncodedFrame } from '../../delivery/encode-frame';

/** One client's socket, as the journey files see it. Calls on a socket that is no longer open do nothing. */
export interface ChatSocket {
  /** Writes a frame; frames of one tick leave in one write. */
  sendFrame(frame: EncodedFrame): void;
  /** Bytes written and not yet taken by the kernel. */
  readonly buffered: number;
  /** Calls the listener once when everything written so far was taken; at once where nothing is waiting. */
  onceDrained(listener: () => void): void;
  sendPing(): void;
  /** Stops reading: the client's frames wait in the kernel, then at the client. Frames already read may still come. */
  pause(): void;
  resume(): void;
  /** Starts the closing handshake; the socket is cut when the client does not answer it in time. */
  closeFor(reason: CloseReason): void;
  /** Cuts the socket. */
  terminate(): void;
}

/** What a socket tells. Nothing here may throw. */
export interface SocketListener {
  onText(text: string): void;
  /** The client sent a ping (it is answered by the socket itself). */
  onPing(): void;
  onPong(): void;
  /** The last event. `code` is what the client said, or 1006 where it said nothing. */
  onClosed(code: number): void;
}
