import type { NetworkLimiter } from '@chat-app/platform';
import type { Context } from '../context';
import { chargeAddress } from './charge-address';

/**
 * Does work that may turn out to be a guess at a secret. Its address is charged beforehand, so that parallel guesses are
 * charged each, and is given back what was none: many people may share one, and a failure of ours is nobody's guess.
 * @throws HttpError rate_limited; whatever `work` throws
 */
export async function chargeGuess<Done>(
  context: Pick<Context, 'metrics' | 'now'>,
  limiter: NetworkLimiter,
  address: string,
  work: () => Promise<Done>,
  isGuess: (done: Done) => boolean,
): Promise<Done> {
  const release = chargeAddress(context, limiter, address);
  let guessed = false;
  try {
    const done = await work();
    guessed = isGuess(done);
    return done;
  } finally {
    if (!guessed) release();
  }
}
