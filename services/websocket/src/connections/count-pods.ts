import { PODS_CHANNEL, readPodBeat, writePodBeat } from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import type { Clock } from '../clock';

const BEAT_MS = 5_000;
/** A pod whose last beat is so long ago is gone. */
const GONE_MS = 16_000;
/** Others that are counted at most: whoever can publish can make up as many as they like. No cluster comes near it. */
const MAX_OTHERS = 1_000;
/** New pods are answered at once, but no more often than this: made-up ones would make each pod talk without end. */
const ANSWER_EVERY_MS = 1_000;

/**
 * How many pods of this service there are: each says over the fan-out that it runs. During an outage of the fan-out the
 * number stays what it was. Limits of a user are shared among the pods by it. It counts to a thousand and one.
 */
export class PodCount {
  /** When the last beat of each other pod was received. */
  readonly #lastSeen = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #answer: NodeJS.Timeout | undefined;
  #answeredAt = -Infinity;
  #stopped = false;

  constructor(
    private readonly id: string,
    private readonly fanout: Fanout,
    private readonly clock: Clock,
  ) {}

  /** This pod included. */
  get pods(): number {
    return 1 + this.#lastSeen.size;
  }

  start(): void {
    // Where it is not subscribed to now, the fan-out does it when it can.
    void this.fanout
      .subscribe([PODS_CHANNEL])
      .catch(() => undefined)
      .then(() => {
        if (!this.#stopped) this.#say('beat');
      });
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  /** The other pods need not wait for this one to be missed. Nothing is said or heard any more. Never rejects. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#answer);
    this.#say('gone');
    await this.fanout.unsubscribe([PODS_CHANNEL]).catch(() => undefined);
  }

  /** Takes what came on a channel. False where it is none of this. */
  receive(channel: string, payload: Uint8Array): boolean {
    if (channel !== PODS_CHANNEL) return false;
    // An answer would bring back a pod that is gone.
    if (this.#stopped) return true;
    const beat = readPodBeat(payload);
    if (beat === undefined || beat.pod_id === this.id) return true;
    if (beat.kind === 'gone') this.#lastSeen.delete(beat.pod_id);
    else this.#saw(beat.pod_id);
    return true;
  }

  #saw(id: string): void {
    const known = this.#lastSeen.has(id);
    if (!known && this.#lastSeen.size >= MAX_OTHERS) return;
    this.#lastSeen.set(id, this.clock.monotonic());
    // A new pod shares from its beginning.
    if (!known) this.#answerSoon();
  }

  /** At once, or when the last answer is long enough ago: one answers all who came meanwhile. */
  #answerSoon(): void {
    if (this.#answer !== undefined) return;
    const waitMs = this.#answeredAt + ANSWER_EVERY_MS - this.clock.monotonic();
    if (waitMs > 0) {
      this.#answer = setTimeout(() => {
        this.#answer = undefined;
        this.#answerNow();
      }, waitMs);
      this.#answer.unref();
    } else this.#answerNow();
  }

  #answerNow(): void {
    this.#answeredAt = this.clock.monotonic();
    this.#say('beat');
  }

  #beat(): void {
    this.#say('beat');
    const now = this.clock.monotonic();
    for (const [id, at] of this.#lastSeen) {
      if (this.fanout.state !== 'connected') this.#lastSeen.set(id, now);
      else if (now - at > GONE_MS) this.#lastSeen.delete(id);
    }
  }

  #say(kind: 'beat' | 'gone'): void {
    this.fanout.publish(PODS_CHANNEL, writePodBeat({ kind, pod_id: this.id })).catch(() => undefined);
  }
}
