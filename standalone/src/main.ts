import { asError, runProcess } from '@chat-app/platform';
import { standaloneConfiguration } from './configuration';
import { describeStart } from './describe-start';
import { explainFailure } from './explain-failure';
import { startStandalone } from './start-standalone';

// A developer watches this process: the log is quiet unless asked to speak.
process.env['LOG_LEVEL'] ??= 'warn';

runProcess('standalone', async ({ environment, cleanup, logger, stop }) => {
  const configuration = standaloneConfiguration(environment);
  try {
    const standalone = await startStandalone(configuration, { logger, cleanup });
    process.stdout.write(describeStart(configuration, standalone.url));
    return { drain: () => standalone.drain() };
  } catch (thrown) {
    const explanation = explainFailure(asError(thrown));
    if (explanation === undefined) throw thrown;
    process.stderr.write(`chat-app cannot start: ${explanation}\n`);
    stop('cannot start', 1);
    return {};
  }
});
