/**
 * Clients that mean harm, in a thread of their own so that they do not disturb who measures: plain sockets that speak just
 * enough WebSocket (RFC 6455). Posts how the server ended it: `{ code }` of the close frame, `{ status }` of the HTTP
 * answer, or `{ ended }` where the connection simply went; `{ ready }` when an attack that waits for others has begun.
 */
const { randomBytes } = require('node:crypto');
const { connect } = require('node:net');
const { setImmediate } = require('node:timers');
const { parentPort, workerData } = require('node:worker_threads');

const { kind, port, token, recipient } = workerData;

const BURST = 200;
const ATTACKS = { flood, fragments, pings, headers, handshakes, stalled, trickle };
ATTACKS[kind]();

function open(onOpen, onEnd) {
  const socket = connect(port, '127.0.0.1');
  let buffered = Buffer.alloc(0);
  let upgraded = false;
  socket.on('error', () => undefined);
  socket.on('close', () => onEnd({ ended: true }));
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    if (!upgraded) {
      const end = buffered.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = Number(buffered.toString('latin1', 9, 12));
      if (status !== 101) return onEnd({ status });
      upgraded = true;
      buffered = buffered.subarray(end + 4);
      onOpen(socket);
    }
    buffered = readFrames(buffered, onEnd);
  });
  socket.write(handshake());
  return socket;
}

function handshake() {
  return (
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
    `Authorization: Bearer ${token}\r\n\r\n`
  );
}

/** Reads what a server sends (never masked) and reports a close. Returns what is not complete yet. */
function readFrames(bytes, onEnd) {
  for (;;) {
    if (bytes.length < 2) return bytes;
    let length = bytes[1] & 0x7f;
    let start = 2;
    if (length === 126) {
      if (bytes.length < 4) return bytes;
      length = bytes.readUInt16BE(2);
      start = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return bytes;
      length = Number(bytes.readBigUInt64BE(2));
      start = 10;
    }
    if (bytes.length < start + length) return bytes;
    if ((bytes[0] & 0x0f) === 8) onEnd({ code: length >= 2 ? bytes.readUInt16BE(start) : 1005 });
    bytes = bytes.subarray(start + length);
  }
}

/** A masked frame; the mask is 0, which RFC 6455 allows and which leaves the payload as it is. */
function frame(opcode, payload, final = true) {
  const body = Buffer.from(payload);
  const head =
    body.length < 126
      ? Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | body.length, 0, 0, 0, 0])
      : Buffer.concat([
          Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | 126, body.length >> 8, body.length & 0xff]),
          Buffer.alloc(4),
        ]);
  return Buffer.concat([head, body]);
}

/**
 * Writes as fast as the other side takes it, until it ends the connection. Reads now and then: who does not for as long as
 * a closing handshake may take is cut off, and never learns the code.
 */
function pour(make, count) {
  let ended = false;
  const end = (how) => {
    if (ended) return;
    ended = true;
    parentPort.postMessage(how);
  };
  open((socket) => {
    let sent = 0;
    const write = () => {
      for (let burst = 0; burst < BURST && sent < count && !ended; burst += 1) {
        sent += 1;
        if (!socket.write(make(sent))) return void socket.once('drain', write);
      }
      if (sent < count && !ended) setImmediate(write);
    };
    write();
  }, end);
}

/** 20,000 messages without waiting for an answer. */
function flood() {
  const send = (n) =>
    frame(1, JSON.stringify({ type: 'send', id: `flood-${n}`, recipient_id: recipient, content: 'x'.repeat(200) }));
  pour(send, 20_000);
}

/** One message of 100,000 fragments of one byte. */
function fragments() {
  pour((n) => frame(n === 1 ? 1 : 0, 'x', n === 100_000), 100_000);
}

function pings() {
  pour(() => frame(9, 'x'.repeat(100)), 200_000);
}

/** A request with a header of one megabyte. */
function headers() {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('close', () =>
    parentPort.postMessage(text === '' ? { ended: true } : { status: Number(text.slice(9, 12)) }),
  );
  socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\nX-Padding: ${'x'.repeat(1_000_000)}\r\n\r\n`);
}

/** 200 handshakes of which a byte comes every second. */
function handshakes() {
  let left = 200;
  for (let index = left; index > 0; index -= 1) {
    const socket = connect(port, '127.0.0.1');
    const bytes = handshake();
    let at = 0;
    const timer = setInterval(() => socket.writable && socket.write(bytes[at++] ?? ''), 1_000);
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      left -= 1;
      if (left === 0) parentPort.postMessage({ ended: true });
    });
  }
}

/** A client that does not read any more. */
function stalled() {
  open(
    (socket) => {
      socket.pause();
      parentPort.postMessage({ ready: true });
    },
    () => undefined,
  );
  parentPort.on('message', () => undefined);
}

/** A client that reads one byte a second. */
function trickle() {
  open(
    (socket) => {
      socket.pause();
      socket.removeAllListeners('data');
      parentPort.postMessage({ ready: true });
      setInterval(() => socket.read(1), 1_000);
    },
    () => undefined,
  );
}
