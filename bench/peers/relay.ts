/**
 * The floor: a bare ws relay over Redis pub/sub, one channel a user. No login, no log, no database.
 *   REDIS_URL=redis://… node --require ./test/testing/run-typescript.cjs bench/peers/relay.ts PORT
 */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { WebSocketServer, type WebSocket } from 'ws';

const redisUrl = process.env['REDIS_URL'] ?? '';
const publisher = new Redis(redisUrl, { enableAutoPipelining: true });
const subscriber = new Redis(redisUrl);
const sockets = new Map<string, WebSocket>();

function onConnection(socket: WebSocket, channel: string): void {
  sockets.set(channel, socket);
  void subscriber.subscribe(channel).then(() => socket.send('ready'));
  socket.on('message', (data: Buffer) => {
    const { to, body } = JSON.parse(data.toString()) as { to: string; body: string };
    void publisher.publish(`u${to}`, JSON.stringify({ from: channel, to, body }));
  });
  socket.on('close', () => {
    sockets.delete(channel);
    void subscriber.unsubscribe(channel);
  });
}

subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => {
  sockets.get(channel.toString())?.send(message, { binary: false });
});
// What is subscribed to while ioredis still checks whether Redis is ready ends the process.
void Promise.all([once(publisher, 'ready'), once(subscriber, 'ready')]).then(() =>
  new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1' }).on('connection', (socket, request) =>
    onConnection(socket, `u${request.url?.slice(1) ?? ''}`),
  ),
);
