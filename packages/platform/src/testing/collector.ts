import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collector that keeps what it is sent; a silent one takes requests and never answers. */
export class Collector {
  readonly requests: { url: string; type: string | undefined; body: string }[] = [];
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      this.requests.push({ url: request.url ?? '', type: request.headers['content-type'], body });
      if (!this.silent) response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });

  constructor(readonly silent = false) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
