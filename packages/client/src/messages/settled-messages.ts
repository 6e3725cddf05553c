import { ChatError } from '../errors';
import type { MessageStateChange } from '../events';

/** Maximum states of messages that are remembered. */
const MAX_REMEMBERED = 2_000;

interface Waiter {
  until: 'accepted' | 'stored';
  resolve(change: MessageStateChange): void;
  reject(error: ChatError): void;
}

/** Lets callers wait for what becomes of a message, before or shortly after it happened. */
export class SettledMessages {
  private readonly newest = new Map<string, MessageStateChange>();
  private readonly waiters = new Map<string, Waiter[]>();

  /** @throws ChatError with the code of the refusal */
  wait(id: string, until: Waiter['until']): Promise<MessageStateChange> {
    return new Promise((resolve, reject) => {
      const waiter = { until, resolve, reject };
      const known = this.newest.get(id);
      if (known !== undefined && answer(waiter, known)) return;
      this.waiters.set(id, [...(this.waiters.get(id) ?? []), waiter]);
    });
  }

  changed(change: MessageStateChange): void {
    this.newest.delete(change.id);
    this.newest.set(change.id, change);
    if (this.newest.size > MAX_REMEMBERED) {
      const [oldest] = this.newest.keys();
      if (oldest !== undefined) this.newest.delete(oldest);
    }
    const left = (this.waiters.get(change.id) ?? []).filter((waiter) => !answer(waiter, change));
    if (left.length === 0) this.waiters.delete(change.id);
    else this.waiters.set(change.id, left);
  }

  failAll(error: ChatError): void {
    for (const waiters of this.waiters.values()) for (const waiter of waiters) waiter.reject(error);
    this.waiters.clear();
  }
}

function answer(waiter: Waiter, change: MessageStateChange): boolean {
  if (change.state === 'failed') {
    waiter.reject(new ChatError(change.code ?? 'internal', change.reason ?? 'the message was refused', false));
    return true;
  }
  if (change.state === 'sending' || (waiter.until === 'stored' && change.state !== 'stored')) return false;
  waiter.resolve(change);
  return true;
}
