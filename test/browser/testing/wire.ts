import type { WebSocketRoute } from 'playwright-core';
import type { Person } from './people';

/** The sockets of a page: they can be cut, and a server can be made to bring less than it has. */
export interface Wire {
  /** Ends all sockets, and lets none begin until repair(). */
  cut(): Promise<void>;
  /** @param newest number of the newest entry of the user's inbox, where the next welcome has to skip what is too much */
  repair(newest?: number): void;
}

/** Takes hold of the sockets that a page will open. @param catchUp entries that a welcome brings at most after repair(newest) */
export async function wireOf({ page }: Person, catchUp = Infinity): Promise<Wire> {
  const open = new Map<WebSocketRoute, WebSocketRoute>();
  let isCut = false;
  let head = 0;
  await page.routeWebSocket(/\/ws/, (socket) => {
    if (isCut) return void socket.close({ code: 1012 });
    const server = socket.connectToServer();
    open.set(socket, server);
    let from = -1;
    server.onMessage((data) => {
      if (!open.has(socket)) return;
      const frame = JSON.parse(String(data)) as { type: string; seq?: number; skipped?: number };
      if (frame.type === 'welcome' && head > 0) {
        const skipped = Math.max(0, head - catchUp - (frame.seq ?? 0));
        from = (frame.seq ?? 0) + skipped;
        return socket.send(JSON.stringify({ ...frame, seq: from, ...(skipped > 0 && { skipped }) }));
      }
      // What a server with that bound would not send.
      if ((frame.seq ?? Infinity) > from) socket.send(data);
    });
  });
  return {
    async cut() {
      isCut = true;
      const both = [...open].flat();
      open.clear();
      await Promise.all(both.map((end) => end.close({ code: 1012 }).catch(() => undefined)));
    },
    repair(newest = 0) {
      isCut = false;
      head = newest;
    },
  };
}
