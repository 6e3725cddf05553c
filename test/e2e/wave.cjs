/* global fetch */
/**
 * Two people of the version after this one, in a pod: one waves to the other again and again, over a new connection whenever
 * one ends, until SIGUSR2. Prints one line of JSON. See ../testing/newer-version.cjs for what a wave is.
 */
const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const WebSocket = require('ws');

const { AUTHENTICATION_URL, WEBSOCKET_URL } = process.env;
const accepted = new Set();
const refusals = new Set();
const seen = new Set();
const positions = new Set();
let stopped = false;
process.on('SIGUSR2', () => (stopped = true));

async function ask(path, person) {
  for (;;) {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(person) };
    const answer = await fetch(AUTHENTICATION_URL + path, options).catch(() => undefined);
    if (answer?.ok) return answer.json();
    await sleep(300);
  }
}

/** Connected again and again, each time with a new token. @param hear told of each frame; @param use has the socket once it is welcome */
async function keepConnected(person, hear, use) {
  while (!stopped || use === undefined) {
    const { token } = await ask('/login', person);
    const socket = new WebSocket(`${WEBSOCKET_URL}?device_id=${person.username}`, ['chat.v1', `bearer.${token}`]);
    socket.on('error', () => undefined);
    const ended = new Promise((resolve) => socket.once('close', () => resolve(undefined)));
    const welcome = new Promise((resolve) => {
      socket.on('message', (data) => {
        const frame = JSON.parse(data);
        if (frame.type === 'welcome') resolve();
        hear(frame, socket);
      });
    });
    await Promise.race([welcome.then(() => use?.(socket, ended)), ended]);
    if (use !== undefined) socket.close();
    await ended;
    await sleep(200);
  }
}

function take(frame, socket) {
  if (frame.type === 'x-wave') seen.add(frame.event_id);
  const [from, count] = frame.type === 'stored' ? [frame.from, frame.message_ids.length] : [frame.seq, 1];
  if (frame.type === 'welcome' || from === undefined) return;
  for (let seq = from; seq < from + count; seq += 1) positions.add(seq);
  socket.send(JSON.stringify({ type: 'received', seq: from + count - 1 }));
}

async function main() {
  const person = () => ({ username: `wave-${randomUUID().slice(0, 13)}`, password: randomUUID() });
  const [one, other] = [person(), person()];
  await ask('/register', one);
  const { user_id } = await ask('/register', other);
  void keepConnected(other, take);
  let answer;
  let id = randomUUID();
  console.log('ready');
  await keepConnected(
    one,
    (frame) => ['accepted', 'rejected', 'error'].includes(frame.type) && answer?.(frame),
    async (socket, ended) => {
      // Without an answer the same is sent again.
      while (!stopped && socket.readyState === WebSocket.OPEN) {
        const answered = new Promise((resolve) => (answer = resolve));
        socket.send(JSON.stringify({ type: 'wave', id, hue: 'blue', recipient_id: user_id }));
        const frame = await Promise.race([answered, ended]);
        if (frame === undefined) break;
        id = randomUUID();
        if (frame.type === 'accepted') accepted.add(frame.message_id);
        else refusals.add(frame.code);
        await sleep(200);
      }
    },
  );
  for (let left = 600; left > 0 && [...accepted].some((id) => !seen.has(id)); left -= 1) await sleep(100);
  await sleep(3_000);
  const undelivered = [...accepted].filter((id) => !seen.has(id)).length;
  const holes = positions.size === 0 ? 0 : Math.max(...positions) - Math.min(...positions) + 1 - positions.size;
  const result = { accepted: accepted.size, refusals: [...refusals], undelivered, holes };
  console.log(`result: ${JSON.stringify(result)}`);
  process.exit(0);
}

main();
