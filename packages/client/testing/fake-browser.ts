import { WebSocket } from 'ws';
import type { TabChannel, TabEnvironment, TabLocks } from '../src/tabs';

interface Request {
  readonly tab: FakeTab;
  readonly grant: (lock: object | null) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The tabs of one browser: locks and channels between them, as the standards have them. */
export class FakeBrowser {
  private readonly held = new Map<string, Request>();
  private readonly queues = new Map<string, Request[]>();
  readonly tabs = new Set<FakeTab>();

  open(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.add(tab);
    return tab;
  }

  /** Who holds a lock whose name ends so. */
  holder(ending: string): FakeTab | undefined {
    return [...this.held].find(([name]) => name.endsWith(ending))?.[1].tab;
  }

  request(
    tab: FakeTab,
    name: string,
    { signal, steal = false, ifAvailable = false }: Parameters<TabLocks['request']>[1],
    work: (lock: unknown) => unknown,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = async (lock: object | null): Promise<unknown> => work(lock);
      const request: Request = { tab, grant, resolve, reject };
      if (signal?.aborted === true) return reject(new Error('aborted'));
      if (steal) {
        this.held.get(name)?.reject(new Error('stolen'));
        this.held.delete(name);
        return this.hold(name, request);
      }
      if (ifAvailable && this.held.has(name)) return void grant(null).then(resolve, reject);
      const queue = this.queues.get(name) ?? [];
      queue.push(request);
      this.queues.set(name, queue);
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(request);
        if (at === -1) return;
        queue.splice(at, 1);
        reject(new Error('aborted'));
      });
      this.next(name);
    });
  }

  /** The tab is gone: its locks go to the next, its requests to nobody. */
  forget(tab: FakeTab): void {
    this.tabs.delete(tab);
    for (const queue of this.queues.values()) {
      for (const request of [...queue]) if (request.tab === tab) queue.splice(queue.indexOf(request), 1);
    }
    for (const [name, request] of [...this.held]) {
      if (request.tab !== tab) continue;
      this.held.delete(name);
      this.next(name);
    }
  }

  private next(name: string): void {
    const request = this.held.has(name) ? undefined : this.queues.get(name)?.shift();
    if (request !== undefined) this.hold(name, request);
  }

  private hold(name: string, request: Request): void {
    this.held.set(name, request);
    const done = (settle: () => void): void => {
      settle();
      if (this.held.get(name) !== request) return;
      this.held.delete(name);
      this.next(name);
    };
    // Granted later, as by a browser.
    setImmediate(() => {
      if (this.held.get(name) !== request) return;
      request.grant({}).then(
        (value) => done(() => request.resolve(value)),
        (thrown: Error) => done(() => request.reject(thrown)),
      );
    });
  }
}

/** A tab: what it runs has its own channels and sockets, which end with it. */
export class FakeTab implements TabEnvironment {
  readonly channels = new Set<{ name: string; listener: (event: { data: unknown }) => void }>();
  private readonly sockets = new Set<WebSocket>();
  private readonly waiting: (() => void)[] = [];
  private hung = false;
  gone = false;

  constructor(private readonly browser: FakeBrowser) {}

  readonly locks: TabLocks = {
    request: <T>(
      name: string,
      options: Parameters<TabLocks['request']>[1],
      work: (lock: unknown) => T | PromiseLike<T>,
    ) => this.browser.request(this, name, options, work) as Promise<T>,
  };

  get BroadcastChannel(): new (name: string) => TabChannel {
    const { browser } = this;
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const tab = this;
    return class implements TabChannel {
      private readonly entries: { name: string; listener: (event: { data: unknown }) => void }[] = [];
      constructor(private readonly name: string) {}
      postMessage(message: unknown): void {
        if (tab.gone) return;
        for (const other of browser.tabs) {
          for (const entry of other.channels) {
            if (entry.name !== this.name || this.entries.includes(entry)) continue;
            const data = structuredClone(message);
            setImmediate(() => other.run(() => other.channels.has(entry) && entry.listener({ data })));
          }
        }
      }
      addEventListener(_type: 'message', listener: (event: { data: unknown }) => void): void {
        const entry = { name: this.name, listener };
        this.entries.push(entry);
        tab.channels.add(entry);
      }
      close(): void {
        for (const entry of this.entries) tab.channels.delete(entry);
      }
    };
  }

  /** A WebSocket that ends with the tab. */
  get WebSocket(): unknown {
    const { sockets } = this;
    return class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.add(this);
      }
    };
  }

  /** Runs what happens to the tab: later where it hangs, never where it is gone. */
  run(work: () => void): void {
    if (this.gone) return;
    if (this.hung) this.waiting.push(work);
    else work();
  }

  /** The tab does nothing any more, and is there: a dialog is open, a script runs on and on. */
  hang(): void {
    this.hung = true;
  }

  wake(): void {
    this.hung = false;
    for (const work of this.waiting.splice(0)) this.run(work);
  }

  /** The tab is gone from one moment to the next. */
  kill(): void {
    this.gone = true;
    this.channels.clear();
    for (const socket of this.sockets) {
      // Nobody is there any more who could notice.
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.terminate();
    }
    this.browser.forget(this);
  }
}
