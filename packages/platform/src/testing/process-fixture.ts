import { parseConfiguration, integer, oneOf, secret } from '../configuration';
import { runProcess } from '../lifecycle/run-process';
import { inSpan } from '../tracing';

/**
 * A service for run-process.test.ts, started as a child process. FIXTURE chooses how it behaves; what happens is told on
 * standard output as log lines.
 */
runProcess('fixture', async ({ environment, cleanup, logger, stop, stopping }) => {
  const { FIXTURE } = parseConfiguration(environment, {
    FIXTURE: oneOf(
      [
        'plain',
        'stop',
        'stop-failed',
        'failing-start',
        'failing-release',
        'failing-drain',
        'hanging-drain',
        'hanging-start',
        'uncaught',
        'unhandled',
      ],
      { description: 'behaviour' },
    ),
    PORT: integer({ default: 1, description: 'port' }),
    KEY: secret({ optional: true, description: 'key' }),
  });
  const hold = setInterval(() => undefined, 1_000);
  cleanup.add('hold', () => clearInterval(hold));
  cleanup.add('first', () => logger.info('released first'));
  cleanup.add('second', () => {
    logger.info('released second');
    if (FIXTURE === 'failing-release') throw new Error('release broke');
  });
  await inSpan('fixture starts', {}, () => undefined);
  if (FIXTURE === 'failing-start') throw new Error('start broke');
  if (FIXTURE === 'hanging-start') {
    logger.info('hanging');
    await new Promise((resolve) => stopping.addEventListener('abort', resolve));
    await new Promise(() => undefined);
  }
  if (FIXTURE === 'stop') setImmediate(() => stop('job done'));
  if (FIXTURE === 'stop-failed') setImmediate(() => stop('the consumer crashed', 1));
  if (FIXTURE === 'uncaught') {
    setImmediate(() => {
      throw new Error('uncaught broke');
    });
  }
  if (FIXTURE === 'unhandled') setImmediate(() => void Promise.reject(new Error('unhandled broke')));
  return {
    async drain() {
      await inSpan('fixture drains', {}, () => logger.info('draining', { aborted: stopping.aborted }));
      if (FIXTURE === 'failing-drain') throw new Error('drain broke');
      if (FIXTURE === 'hanging-drain') await new Promise(() => undefined);
    },
  };
});
