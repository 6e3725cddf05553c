import { parseArgs } from 'node:util';
import {
  commonVariables,
  parseConfiguration,
  PlatformError,
  runProcess,
  text,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;
const KAFKA_GROUP_ID = text({ default: 'persistence', description: 'Consumer group of persistence.' });
const VARIABLES = { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS, KAFKA_GROUP_ID, ...kafkaVariables };
const USAGE = 'rewind --since TIME   (RFC 3339)';

runProcess('rewind', start);

/**
 * A job for after a restore: lets persistence read `messages` again from a moment on. What is stored already stays stored once.
 * Prints the offsets as one line, ends.
 */
async function start(context: ProcessContext): Promise<RunningService> {
  const { logger, cleanup } = context;
  const since = readSince(process.argv.slice(2));
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const log = kafkaMessageLogFromConfiguration(configuration, { logger });
  cleanup.add('message log', () => log.close());
  const groupId = configuration.KAFKA_GROUP_ID;
  const partitions = await log.rewindGroup({ groupId, topic: 'messages', since });
  process.stdout.write(`${JSON.stringify({ group: groupId, since: since.toISOString(), partitions })}\n`);
  context.stop('the group is rewound');
  return {};
}

/** @throws PlatformError configuration_invalid, with the usage */
function readSince(args: readonly string[]): Date {
  const { values } = parseArgs({ args: [...args], options: { since: { type: 'string' } }, strict: false });
  const since = new Date(typeof values.since === 'string' ? values.since : '');
  if (Number.isNaN(since.getTime())) {
    throw new PlatformError('configuration_invalid', `--since is not a time\n${USAGE}`);
  }
  return since;
}
