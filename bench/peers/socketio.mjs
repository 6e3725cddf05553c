/**
 * Socket.IO with its Redis adapter, as its documentation sets it up: a room for each user. No log, no database.
 * Its packages are those of this folder: npm install --prefix bench/peers
 *   REDIS_URL=redis://… node bench/peers/socketio.mjs PORT
 */
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

const publisher = new Redis(process.env.REDIS_URL);
const io = new Server(Number(process.argv[2]), {
  adapter: createAdapter(publisher, publisher.duplicate()),
  transports: ['websocket'],
});
io.on('connection', (socket) => {
  socket.join(`u${socket.handshake.query.user}`);
  socket.on('msg', (message) => io.to(`u${message.to}`).emit('msg', message));
});
