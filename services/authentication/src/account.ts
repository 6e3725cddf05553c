import { commonVariables, integer, runCommand, silentAudit } from '@chat-app/platform';
import { postgresVariables, postgresFromConfiguration } from '@chat-app/database/postgres';
import { redisFromConfiguration, redisVariables } from '@chat-app/fanout/redis';
import { declareMetrics } from './metrics';
import { Passwords } from './passwords/passwords';
import { operateAccount } from './tools/operate-account';
import { parseAccountArguments } from './tools/parse-account-arguments';

const INITIAL_PASSWORD_TTL_S = integer({
  default: 86_400,
  min: 60,
  max: 2_592_000,
  description: 'How long a password that an operator set can be changed for one of the user, seconds.',
});
const VARIABLES = {
  POD_NAME: commonVariables.POD_NAME,
  INITIAL_PASSWORD_TTL_S,
  ...postgresVariables,
  ...redisVariables,
};

/** Does one thing to one account, and answers what became of it. */
runCommand(
  { name: 'account', parseArguments: parseAccountArguments, variables: VARIABLES, isBesideService: true },
  async ({ given, configuration, cleanup, logger, metrics }) => {
    const database = postgresFromConfiguration(configuration, { applicationName: 'account', logger, metrics });
    cleanup.add('database', () => database.close());
    const fanout = redisFromConfiguration(configuration, { podName: configuration.POD_NAME, logger, metrics });
    cleanup.add('fanout', () => fanout.close());
    const declared = declareMetrics(metrics);
    const passwords = new Passwords(declared, 1);
    // What it does is noted in the database; the audit log is a pod's.
    const parts = { database, fanout, logger, metrics: declared, passwords, audit: silentAudit };
    const operator = { ...parts, initialPasswordTtlS: configuration.INITIAL_PASSWORD_TTL_S };
    return operateAccount(operator, given);
  },
);
