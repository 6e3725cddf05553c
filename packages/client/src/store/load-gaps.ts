import type { StoredMessage } from '@chat-app/protocol';
import type { History } from '../http/answers';
import type { HistoryPage } from '../http/conversations';
import { ChatError } from '../errors';
import type { HistoryPieces } from './history-pieces';
import type { MessageView } from './views';

/** Reads of the newest page until one has a certain place. */
const MAX_READS = 3;
/** The gap between what is known and the present. */
export const END_GAP = 'end';

export interface GapLoaderOptions {
  readonly pieces: HistoryPieces<MessageView>;
  readonly history: (page: HistoryPage) => Promise<History>;
  /** Messages one read asks for. */
  readonly pageSize: number;
  /** Makes views of what was read. */
  readonly takeIn: (messages: readonly StoredMessage[]) => MessageView[];
  /** A page was read that is as new as this version. */
  readonly onPage: (version: number | undefined) => void;
  /** What is loading, or what went wrong, changed. */
  readonly onChanged: () => void;
}

/** Loads what is missing of one conversation's history: one load at a time for each gap. */
export class GapLoader {
  private readonly running = new Map<string, Promise<void>>();
  private failure: string | undefined;
  /** Moves on where the history's continuity breaks: what was asked for before has no place any more. */
  private generation = 0;
  private wasRead = false;
  private endedBefore = false;

  constructor(private readonly options: GapLoaderOptions) {}

  /** Gaps that are being loaded. */
  get loading(): ReadonlySet<string> {
    return new Set(this.running.keys());
  }

  /** Why the last load failed, where it did. */
  get fault(): string | undefined {
    return this.failure;
  }

  /** Whether messages were removed for their age before the oldest there is. */
  get hasEnded(): boolean {
    return this.endedBefore;
  }

  /** Loads what is next to the newer side of a gap. Never rejects: `fault` says what went wrong. */
  load(gapId: string): Promise<void> {
    const running = this.running.get(gapId);
    if (running !== undefined) return running;
    const load = this.read(gapId).then(
      () => (this.failure = undefined),
      (thrown: unknown) => (this.failure = thrown instanceof Error ? thrown.message : String(thrown)),
    );
    const done = load.then(() => {
      this.running.delete(gapId);
      this.options.onChanged();
    });
    this.running.set(gapId, done);
    this.options.onChanged();
    return done;
  }

  /** Loads the newest messages where what is known does not reach them. Never rejects. */
  loadNewest(): Promise<void> {
    const { pieces } = this.options;
    return pieces.atEnd && pieces.runs.length > 0 && this.wasRead ? Promise.resolve() : this.load(END_GAP);
  }

  /** What is being read belongs to a history that is no more as it was. */
  outdate(): void {
    this.generation += 1;
  }

  private async read(gapId: string): Promise<void> {
    const { pieces, pageSize: limit, history, takeIn, onPage } = this.options;
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const { generation } = this;
      const streaming = pieces.streaming;
      const asked = gapId === END_GAP ? history({ limit }) : history({ before: gapId, limit }).catch(nothingBefore);
      const answer = await asked;
      const { messages, more, version } = answer;
      if (generation !== this.generation) continue;
      if (answer === NOTHING || answer.expired_before !== undefined) this.endedBefore = true;
      const page = takeIn(messages);
      onPage(version);
      if (gapId !== END_GAP) return pieces.readBefore(gapId, page, more);
      if (pieces.readNewest(page, more, streaming)) {
        this.wasRead = true;
        return;
      }
    }
    throw new Error('the history changes faster than it can be read');
  }
}

/** What is before a message that was removed for its age: it is gone like it. */
const NOTHING: History = { messages: [], more: false };

/** @throws any failure but that */
function nothingBefore(thrown: unknown): History {
  if (thrown instanceof ChatError && thrown.code === 'message_expired') return NOTHING;
  throw thrown;
}
