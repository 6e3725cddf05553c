import type { AppendOrder } from '@chat-app/message-log';

/** Maximum ids of sends whose place is known: more than can be unanswered, and few enough for any client. */
const MAX_PLACES = 1_024;

/** An answer to a send that waits until the answers before it are known. */
interface PendingAnswer {
  /** Gives the answer; undefined while the outcome is open. */
  give: (() => void) | undefined;
}

/** What is checked, and answered, in the order in which it came. */
interface Lane {
  readonly answers: PendingAnswer[];
  /** The last send whose checks need others; later ones wait for it. */
  checking: Promise<void> | undefined;
}

/** Where a send stands among those of its connection. */
export interface SendPlace {
  /** What fails with it, and it with: shared by those that name each other as the one before them. */
  readonly order: AppendOrder;
  readonly lane: Lane;
  /** The lane of the one that it names as the one before it, where that is another. */
  readonly behind?: Lane;
}

/**
 * The sends of one connection that have no answer yet. Changes of messages (edits, deletions, reactions) have a lane of their own:
 * whether they may be is asked of persistence, which waits for what is not stored yet, and nothing that is said waits with them, but
 * what names one of them as the one before it.
 */
export class SendWindow {
  #unanswered = 0;
  readonly #messages: Lane = { answers: [], checking: undefined };
  #changes: Lane | undefined;

  /** By the client's id: the places of sends that are unanswered, or were rejected for the moment. */
  #places: Map<string, SendPlace> | undefined;

  get unanswered(): number {
    return this.#unanswered;
  }

  /** A send that comes before this place is still being checked. */
  isChecking({ lane, behind }: SendPlace): boolean {
    return lane.checking !== undefined || behind?.checking !== undefined;
  }

  /** Counts one more; false where there are `max` already. */
  add(max: number): boolean {
    if (this.#unanswered >= max) return false;
    this.#unanswered += 1;
    return true;
  }

  /** One was answered. */
  settle(): void {
    this.#unanswered -= 1;
  }

  /**
   * Reserves the place of an answer: the answers of a lane leave in the order in which its sends came, whatever order their
   * outcomes become known in. The function returned gives the answer, or lets it wait for those before it.
   */
  reserveAnswer({ lane: { answers } }: SendPlace): (give: () => void) => void {
    const place: PendingAnswer = { give: undefined };
    answers.push(place);
    return (give) => {
      place.give = give;
      while (answers[0]?.give !== undefined) answers.shift()?.give?.();
    };
  }

  /**
   * The place of a send: of the order of the one it names, unless that one was accepted. The order is failed where that one
   * was rejected for the moment, or itself followed one that was, and has not come again since.
   */
  placeOf(id: string | undefined, after: string | undefined, isChange: boolean): SendPlace {
    const lane = isChange ? (this.#changes ??= { answers: [], checking: undefined }) : this.#messages;
    const named = after === undefined ? undefined : this.#places?.get(after);
    const isBehind = named !== undefined && named.lane !== lane;
    const place = { order: named?.order ?? { failed: false }, lane, ...(isBehind && { behind: named.lane }) };
    if (id === undefined) return place;
    this.#places ??= new Map();
    this.#places.delete(id);
    this.#places.set(id, place);
    if (this.#places.size > MAX_PLACES) {
      const [oldest] = this.#places.keys();
      if (oldest !== undefined) this.#places.delete(oldest);
    }
    return place;
  }

  /** The send has its final answer: nothing needs to wait for it. */
  forget(id: string | undefined): void {
    if (id !== undefined) this.#places?.delete(id);
  }

  /** Runs the work after that of the sends before. It must not reject. */
  inTurn({ lane, behind }: SendPlace, work: () => Promise<void>): void {
    const [before, beside] = [lane.checking, behind?.checking];
    const checking: Promise<void> = (async () => {
      await before;
      await beside;
      await work();
    })().finally(() => {
      if (lane.checking === checking) lane.checking = undefined;
    });
    lane.checking = checking;
  }
}
