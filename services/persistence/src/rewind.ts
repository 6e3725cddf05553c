import { parseArgs } from 'node:util';
import { PlatformError, runCommand, text } from '@chat-app/platform';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';

const KAFKA_GROUP_ID = text({ default: 'persistence', description: 'Consumer group of persistence.' });
const USAGE = 'rewind --since TIME   (RFC 3339)';

/**
 * A job for after a restore: lets persistence read `messages` again from a moment on. What is stored already stays stored once.
 * Answers the offsets.
 */
runCommand(
  { name: 'rewind', parseArguments: parseSince, variables: { KAFKA_GROUP_ID, ...kafkaVariables } },
  async ({ given: since, configuration, cleanup, logger }) => {
    const log = kafkaMessageLogFromConfiguration(configuration, { logger });
    cleanup.add('message log', () => log.close());
    const groupId = configuration.KAFKA_GROUP_ID;
    const partitions = await log.rewindGroup({ groupId, topic: 'messages', since });
    return { group: groupId, since: since.toISOString(), partitions };
  },
);

function parseSince(args: readonly string[]): Date {
  const { values } = parseArgs({ args: [...args], options: { since: { type: 'string' } }, strict: false });
  const since = new Date(typeof values.since === 'string' ? values.since : '');
  if (Number.isNaN(since.getTime())) {
    throw new PlatformError('configuration_invalid', `--since is not a time\n${USAGE}`);
  }
  return since;
}
