import { integer } from '../configuration';
import { PlatformError } from '../errors';
import { runCommand } from '../lifecycle/run-command';

/** A command for run-command.test.ts, started as a child process. */
runCommand(
  {
    name: 'fixture',
    parseArguments: ([message, ...rest]) => {
      if (message === undefined || rest.length > 0) throw new PlatformError('configuration_invalid', 'fixture MESSAGE');
      return { message };
    },
    variables: { NUMBER: integer({ description: 'number' }) },
    isBesideService: process.env['FIXTURE'] === 'beside',
  },
  async ({ given, configuration, cleanup, logger }) => {
    cleanup.add('resource', () => logger.info('released'));
    logger.info('works');
    if (given.message === 'fails') throw new Error('it failed');
    return { ...given, number: configuration.NUMBER };
  },
);
