import type { MessageLog, OutgoingRecord, Subscription } from '@chat-app/message-log';
import { PlatformError, type PlatformErrorCode } from '@chat-app/platform';

/** A log in memory that acknowledges at once, holds its answers back, or fails, as the test wants. */
export class TestLog implements MessageLog {
  readonly records: OutgoingRecord[] = [];
  /** Called for each record that was acknowledged. */
  onAppended: (record: OutgoingRecord) => void = () => undefined;
  #failure: { code: PlatformErrorCode; writes: boolean } | undefined;
  #held: (() => void)[] | undefined;

  get queued(): number {
    return this.#held?.length ?? 0;
  }

  /** Appends fail with this code; `writes` where the record is written all the same. */
  fail(code: PlatformErrorCode, options: { writes: boolean } = { writes: false }): void {
    this.#failure = { code, writes: options.writes };
  }

  heal(): void {
    this.#failure = undefined;
  }

  /** Answers wait until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.forEach((answer) => answer());
  }

  async append(record: OutgoingRecord): Promise<void> {
    const failure = this.#failure;
    if (failure === undefined || failure.writes) {
      this.records.push(record);
      this.onAppended(record);
    }
    await new Promise<void>((resolve) => {
      if (this.#held === undefined) resolve();
      else this.#held.push(resolve);
    });
    if (failure !== undefined) throw new PlatformError(failure.code, 'failed by the test');
  }

  subscribe(): Subscription {
    throw new Error('the test stores records itself');
  }

  async close(): Promise<void> {}
}
