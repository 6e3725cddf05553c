/** A client of the newer version: asks for waves, and counts what became of them. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface NewerClientOptions {
  /** http://… of a pod, or of what stands in front of several. */
  url: string;
  token: string;
  /** Where the waves go, in turn. */
  destinations: readonly ({ recipient_id: string } | { conversation_id: string })[];
}

/** A few a second: it shall notice when its waves are taken, not be a load. */
const WAVE_EVERY_MS = 200;

export class NewerClient {
  /** Ids of the events of all waves that were accepted. */
  readonly accepted = new Set<string>();
  /** Codes of the refusals, each once. */
  readonly refusals = new Set<string>();
  readonly #device = `newer-${randomUUID()}`;
  #waves = 0;
  #waving: Promise<void> | undefined;
  #stopped = false;

  constructor(private readonly options: NewerClientOptions) {}

  /** Waves again and again, over a new connection whenever one ends. `stop` ends it. */
  start(): void {
    this.#waving = this.#run();
  }

  /** Resolves when the last wave has its answer. @throws what went wrong meanwhile */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#waving;
  }

  /** Waves once, over a connection of its own. Resolves to `accepted`, or to the code of the refusal. */
  async wave(): Promise<string> {
    const socket = await this.#connect();
    try {
      const code = await this.#ask(socket, this.#next());
      if (code === undefined) throw new Error('the connection ended before the wave was answered');
      return code;
    } finally {
      await close(socket);
    }
  }

  async #run(): Promise<void> {
    let frame = this.#next();
    while (!this.#stopped) {
      const socket = await this.#connect().catch(() => undefined);
      while (!this.#stopped && socket?.readyState === WebSocket.OPEN) {
        // Without an answer it is sent again, with the same id.
        if ((await this.#ask(socket, frame)) !== undefined) frame = this.#next();
        await delay(WAVE_EVERY_MS);
      }
      await (socket === undefined ? delay(WAVE_EVERY_MS) : close(socket));
    }
  }

  #next(): object {
    const { destinations } = this.options;
    const number = this.#waves++;
    const destination = destinations[number % destinations.length];
    return { type: 'wave', id: `${this.#device}-${number}`, hue: `hue ${number}`, ...destination };
  }

  async #connect(): Promise<WebSocket> {
    const { url, token } = this.options;
    const address = `${url.replace('http', 'ws')}/ws?device_id=${this.#device}`;
    const socket = new WebSocket(address, ['chat.v1', `bearer.${token}`], { perMessageDeflate: false });
    socket.on('error', () => undefined);
    await answerOf(socket, ({ type }) => type === 'welcome');
    if (socket.readyState !== WebSocket.OPEN) throw new Error(`there was no welcome from ${url}`);
    return socket;
  }

  async #ask(socket: WebSocket, frame: object): Promise<string | undefined> {
    const answered = answerOf(socket, ({ type }) => ['accepted', 'rejected', 'error'].includes(type ?? ''));
    socket.send(JSON.stringify(frame));
    const answer = await answered;
    if (answer === undefined) return undefined;
    if (answer.type === 'accepted') {
      this.accepted.add(answer.message_id ?? '');
      return 'accepted';
    }
    this.refusals.add(answer.code ?? '');
    return answer.code;
  }
}

interface Frame {
  type?: string;
  code?: string;
  message_id?: string;
}

/** The next frame of that kind; undefined where the connection ends before. */
function answerOf(socket: WebSocket, fits: (frame: Frame) => boolean): Promise<Frame | undefined> {
  return new Promise((resolve) => {
    const look = (data: Buffer): void => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (fits(frame)) done(frame);
    };
    const ended = (): void => done(undefined);
    const done = (frame: Frame | undefined): void => {
      socket.off('message', look);
      socket.off('close', ended);
      resolve(frame);
    };
    socket.on('message', look);
    socket.on('close', ended);
  });
}

async function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
