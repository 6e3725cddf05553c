import { createHash } from 'node:crypto';
import { asError, type Counter, type Logger } from '@chat-app/platform';

/** A range has about a thousand hashes; padding makes it some more. Far beyond that it is something else. */
const MAX_BYTES = 1_048_576;

/** What a look brought; the label values of its counter. */
export const BREACH_CHECKS = ['unknown', 'breached', 'failed'] as const;

export interface BreachedPasswordsOptions {
  /** What the first five digits of a hash are appended to: https://api.pwnedpasswords.com/range/ */
  url: string;
  timeoutMs: number;
  /** By `outcome`, one of BREACH_CHECKS. */
  checks: Counter;
  logger: Logger;
}

/**
 * Asks whether a password is known from a breach, by the range protocol of haveibeenpwned.com: the first five of the forty
 * digits of its SHA-1 leave this process and nothing else, and what comes back is as long whatever the password is.
 */
export class BreachedPasswords {
  constructor(private readonly options: BreachedPasswordsOptions) {}

  /** False too where nobody answers in time: a service of others must not decide whether people can register. Never rejects. */
  async has(password: string, signal: AbortSignal): Promise<boolean> {
    const { checks, logger } = this.options;
    try {
      const breached = await this.#look(password, signal);
      checks.inc({ outcome: breached ? 'breached' : 'unknown' });
      return breached;
    } catch (thrown) {
      checks.inc({ outcome: 'failed' });
      logger.warn('a new password could not be looked up among the breached ones', { error: asError(thrown) });
      return false;
    }
  }

  async #look(password: string, signal: AbortSignal): Promise<boolean> {
    const { url, timeoutMs } = this.options;
    const hash = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
    const response = await fetch(url + hash.slice(0, 5), {
      headers: { 'Add-Padding': 'true', 'User-Agent': 'chat-app' },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the service of breached passwords answered ${response.status}`);
    }
    const wanted = hash.slice(5);
    // Padding is told by its count of 0.
    return (await readBounded(response)).split('\n').some((line) => {
      const [suffix, count] = line.trim().split(':');
      return suffix?.toUpperCase() === wanted && Number(count) > 0;
    });
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`the service of breached passwords answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
