import { Load, type LoadOptions } from './load';
import { Stack, type StackOptions } from './stack';

/** A slow machine starts a stack in two minutes, a pod in one, and waits for a group session (30 s) more than once. */
const TIMEOUT_MS = 600_000;

/** What a test of a fault works with. */
export interface Scene {
  readonly stack: Stack;
  /** A load of this test's own; it is closed after the test, whatever happened. */
  load(options?: LoadOptions): Promise<Load>;
}

/** Describes a fault: its tests share one stack, which is started before and released after them. */
export function describeFault(title: string, options: StackOptions, body: (scene: Scene) => void): void {
  jest.setTimeout(TIMEOUT_MS);
  describe(title, () => {
    let stack: Stack | undefined;
    const loads: Load[] = [];
    beforeAll(async () => {
      stack = await Stack.start(options);
    });
    afterEach(async () => {
      for (const load of loads.splice(0)) await load.close();
    });
    afterAll(async () => {
      await stack?.release();
    });
    body({
      get stack() {
        if (stack === undefined) throw new Error('the stack did not start');
        return stack;
      },
      async load(loadOptions) {
        const load = await Load.open(this.stack, loadOptions);
        loads.push(load);
        return load;
      },
    });
  });
}
