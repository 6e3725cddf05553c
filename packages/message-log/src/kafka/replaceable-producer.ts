import { PlatformError } from '@chat-app/platform';
import { TIMED_OUT, withTimeout } from '@chat-app/timing';
import type { Producer } from './kafka-clients';

/** kafkajs waits for answers that may never come before it disconnects. */
const DISCONNECT_MS = 2_000;

/**
 * One producer at a time, made and connected when it is needed, and abandoned when a request hangs. Its owner drops the last.
 *
 * States: none → connecting → connected → none.
 */
export class ReplaceableProducer {
  #producer: Promise<Producer> | undefined;

  constructor(
    private readonly make: () => Producer,
    /** A request that takes longer is given up, and with it the producer. */
    private readonly requestTimeoutMs: number,
  ) {}

  /** Asks something of the producer. @throws PlatformError log_unavailable where that hangs; whatever connecting or `request` throws */
  async ask<Answer>(request: (producer: Producer) => Promise<Answer>): Promise<Answer> {
    const answer = await withTimeout(this.requestTimeoutMs, request(await this.#connected()));
    if (answer !== TIMED_OUT) return answer;
    // It must not hold up what comes after.
    void this.drop();
    throw new PlatformError('log_unavailable', 'a request to Kafka hung');
  }

  /** Lets go of the producer, if there is one; the next request has another. Never rejects. */
  async drop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer === undefined) return;
    const gone = producer.then((connected) => connected.disconnect()).catch(() => undefined);
    await withTimeout(DISCONNECT_MS, gone);
  }

  async #connected(): Promise<Producer> {
    this.#producer ??= connect(this.make());
    try {
      return await this.#producer;
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
  }
}

async function connect(producer: Producer): Promise<Producer> {
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw error;
  }
}
