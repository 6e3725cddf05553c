import type { EventEmitter } from 'node:events';

/** What is used of a connection of the library `ioredis`. */
interface RedisConnection extends Pick<EventEmitter, 'once'> {
  readonly status: string;
  /** The socket; none before the first. */
  readonly stream?: Pick<EventEmitter, 'on' | 'listeners'>;
  disconnect(reconnect?: boolean): void;
}

/** Whether there is a socket. */
export const isOpen = ({ status }: RedisConnection): boolean => ['connecting', 'connect', 'ready'].includes(status);

/**
 * The library listens for one error of a socket only. A TLS handshake that is broken off has two, and the second would
 * end the process.
 */
export function outliveErrors(connection: RedisConnection): void {
  const { stream } = connection;
  if (stream?.listeners('error').includes(ignore) === false) stream.on('error', ignore);
}

const ignore = (): void => undefined;

/** Disconnects, and resolves when the socket is closed. */
export async function endConnection(connection: RedisConnection): Promise<void> {
  const ended = isOpen(connection)
    ? new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        connection.once('end', () => {
          clearTimeout(timer);
          resolve();
        });
      })
    : undefined;
  outliveErrors(connection);
  connection.disconnect();
  await ended;
}
