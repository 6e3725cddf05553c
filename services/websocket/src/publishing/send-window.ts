import type { AppendOrder } from '@chat-app/message-log';

/** Maximum ids of sends whose order is known: more than can be unanswered, and few enough for any client. */
const MAX_ORDERS = 1_024;

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

/** The order that a send belongs to, and the lane in which its first send came. */
export interface SendOrder extends AppendOrder {
  readonly lane: Lane;
}

/**
 * The sends of one connection that have no answer yet. Changes of messages (edits, deletions, reactions) have a lane of their own:
 * whether they may be is asked of persistence, which waits for what is not stored yet, and nothing that is said waits with them. What
 * names one of the other lane as the one before it goes where that one went.
 */
export class SendWindow {
  #unanswered = 0;
  readonly #messages: Lane = { answers: [], checking: undefined };
  #changes: Lane | undefined;

  /** By the client's id: the orders of sends that are unanswered, or were rejected for the moment. */
  #orders: Map<string, SendOrder> | undefined;

  get unanswered(): number {
    return this.#unanswered;
  }

  /** A send before those of this order is still being checked. */
  isChecking({ lane }: SendOrder): boolean {
    return lane.checking !== undefined;
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
  reserveAnswer({ lane: { answers } }: SendOrder): (give: () => void) => void {
    const place: PendingAnswer = { give: undefined };
    answers.push(place);
    return (give) => {
      place.give = give;
      while (answers[0]?.give !== undefined) answers.shift()?.give?.();
    };
  }

  /**
   * The order that a send belongs to: that of the one it names, unless that one was accepted. It is failed where that one
   * was rejected for the moment, or itself followed one that was, and has not come again since.
   */
  orderOf(id: string | undefined, after: string | undefined, isChange = false): SendOrder {
    const known = after === undefined ? undefined : this.#orders?.get(after);
    const order = known ?? { failed: false, lane: isChange ? this.#laneOfChanges() : this.#messages };
    if (id === undefined) return order;
    this.#orders ??= new Map();
    this.#orders.delete(id);
    this.#orders.set(id, order);
    if (this.#orders.size > MAX_ORDERS) {
      const [oldest] = this.#orders.keys();
      if (oldest !== undefined) this.#orders.delete(oldest);
    }
    return order;
  }

  /** The send has its final answer: nothing needs to wait for it. */
  forget(id: string | undefined): void {
    if (id !== undefined) this.#orders?.delete(id);
  }

  /** Runs the work after that of the sends before. It must not reject. */
  inTurn({ lane }: SendOrder, work: () => Promise<void>): void {
    const before = lane.checking;
    const checking: Promise<void> = (async () => {
      await before;
      await work();
    })().finally(() => {
      if (lane.checking === checking) lane.checking = undefined;
    });
    lane.checking = checking;
  }

  #laneOfChanges(): Lane {
    return (this.#changes ??= { answers: [], checking: undefined });
  }
}
