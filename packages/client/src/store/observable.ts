/** A value that can be read and watched: what a UI binds to. Its snapshots are never changed in place. */
export interface Observable<T> {
  /** The value now. The same object until it changes. */
  get(): T;
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** An observable whose value is computed when it is read, once for each change. */
export class Derived<T> implements Observable<T> {
  private readonly listeners = new Set<() => void>();
  private cached: { value: T } | undefined;

  constructor(private readonly compute: () => T) {}

  // Arrow functions: hooks of UI frameworks take them without their object.
  readonly get = (): T => {
    this.cached ??= { value: this.compute() };
    return this.cached.value;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  };

  /** What it is computed from changed. */
  changed(): void {
    this.cached = undefined;
    for (const listener of [...this.listeners]) listener();
  }

  release(): void {
    this.listeners.clear();
  }
}
