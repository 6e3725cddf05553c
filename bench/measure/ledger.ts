import { randomUUID } from 'node:crypto';

/**
 * What was sent and what came: each body names its ledger, its sender, its number among the sender's, and when it was sent. So losses,
 * repetitions and broken order show at the recipient, whatever system is in between.
 */

/** What became of the messages that were sent. */
export interface History {
  sent: number;
  received: number;
  lost: number;
  duplicated: number;
  disordered: number;
}

export class Ledger {
  /** Bodies of another ledger are of an earlier load, and nothing here. */
  readonly #id = randomUUID().slice(0, 8);
  readonly #next = new Map<number, number>();
  readonly #seen = new Map<number, Set<number>>();
  readonly #highest = new Map<number, number>();
  #latencies: number[] = [];
  #sent = 0;
  #received = 0;
  #duplicated = 0;
  #disordered = 0;

  constructor(private readonly padding: string = 'x'.repeat(100)) {}

  get received(): number {
    return this.#received;
  }

  /** Milliseconds from sending to receiving, of everything that came since the last call. */
  takeLatencies(): number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  /** The next body of this sender. */
  write(sender: number): string {
    const number = this.#next.get(sender) ?? 0;
    this.#next.set(sender, number + 1);
    this.#sent += 1;
    return `${this.#id}|${sender}|${number}|${performance.now()}|${this.padding}`;
  }

  /** Whether this ledger wrote the body. */
  owns(body: string): boolean {
    return body.startsWith(`${this.#id}|`);
  }

  /** A body came. Answers its sender; undefined where it came before. Each sender has one recipient. */
  read(body: string): number | undefined {
    if (!this.owns(body)) return undefined;
    const [sender = -1, number = -1, at = 0] = body.split('|', 4).slice(1).map(Number);
    const seen = this.#seen.get(sender) ?? new Set();
    if (seen.size === 0) this.#seen.set(sender, seen);
    if (seen.has(number)) {
      this.#duplicated += 1;
      return undefined;
    }
    seen.add(number);
    const highest = this.#highest.get(sender) ?? -1;
    if (number < highest) this.#disordered += 1;
    this.#highest.set(sender, Math.max(highest, number));
    this.#received += 1;
    this.#latencies.push(performance.now() - at);
    return sender;
  }

  history(): History {
    return {
      sent: this.#sent,
      received: this.#received,
      lost: this.#sent - this.#received,
      duplicated: this.#duplicated,
      disordered: this.#disordered,
    };
  }
}
