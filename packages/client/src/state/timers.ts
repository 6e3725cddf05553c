type Handle = ReturnType<typeof setTimeout>;

/** setTimeout fires at once beyond this. */
const LONGEST_MS = 2 ** 31 - 1;

/** Owner of named timers: a name has at most one, and `releaseAll` ends them all and lets no new one start. */
export class Timers {
  private readonly handles = new Map<string, Handle>();
  private released = false;

  /** Runs `work` once after `delayMs`, in place of what the name stood for before. */
  set(name: string, delayMs: number, work: () => void): void {
    this.clear(name);
    if (this.released) return;
    const handle = setTimeout(
      () => {
        this.handles.delete(name);
        work();
      },
      Math.min(Math.max(0, delayMs), LONGEST_MS),
    );
    this.handles.set(name, handle);
  }

  has(name: string): boolean {
    return this.handles.has(name);
  }

  clear(name: string): void {
    const handle = this.handles.get(name);
    if (handle === undefined) return;
    clearTimeout(handle);
    this.handles.delete(name);
  }

  releaseAll(): void {
    this.released = true;
    for (const name of [...this.handles.keys()]) this.clear(name);
  }
}
