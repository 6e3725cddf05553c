/** Listeners by event. A listener that throws keeps no other from being called; what it threw goes to `onFault`. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(event: never) => void>>();

  constructor(private readonly onFault: (thrown: unknown) => void) {}

  /** Calls `listener` for each such event, until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    // A wrapper of its own: the same function added twice is two listeners.
    const own = (event: Events[Name]): void => listener(event);
    set.add(own);
    return () => void set.delete(own);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])] as ((event: Events[Name]) => void)[]) {
      try {
        listener(event);
      } catch (thrown) {
        this.onFault(thrown);
      }
    }
  }

  removeAll(): void {
    this.listeners.clear();
  }
}
