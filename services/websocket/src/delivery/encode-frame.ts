/** A complete unmasked WebSocket text frame, header included: the same bytes serve every socket. */
export type EncodedFrame = Uint8Array;

/** FIN and opcode 1 (text): RFC 6455, section 5.2. */
const FINAL_TEXT = 0x81;

/** Encodes a text, or UTF-8 bytes, as one frame. */
export function encodeFrame(payload: string | Uint8Array): EncodedFrame {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL_TEXT;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  if (typeof payload === 'string') frame.write(payload, start);
  else frame.set(payload, start);
  return frame;
}
