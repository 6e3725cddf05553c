import { parseArgs } from 'node:util';
import { PlatformError } from '@chat-app/platform';
import { isUuid } from '@chat-app/protocol';
import type { RedriveOptions } from '../storing/redrive-messages';

/** How the redrive job is called. */
export const USAGE = `redrive [--code CODE] [--since TIME] [--conversation ID] [--limit N] [--dry-run] [--force]
  --code CODE          only messages dead-lettered with this code (a code of dead-messages, or an SQLSTATE)
  --since TIME         only messages that failed at or after this time (RFC 3339)
  --conversation ID    only messages of this conversation
  --limit N            move no more than N (default 1000)
  --dry-run            count, move nothing
  --force              also messages that were moved back three times already`;

const DEFAULT_LIMIT = 1_000;

/** Reads the arguments of the redrive job. @throws PlatformError configuration_invalid, with the usage */
export function readRedriveArguments(args: readonly string[]): RedriveOptions {
  const { code, since, conversation, limit, ...flags } = parse(args);
  const sinceDate = since === undefined ? undefined : new Date(since);
  if (sinceDate !== undefined && Number.isNaN(sinceDate.getTime())) throw invalid('--since is not a time');
  if (conversation !== undefined && !isUuid(conversation)) throw invalid('--conversation is not a UUID');
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) throw invalid('--limit is not a positive number');
  return {
    code,
    since: sinceDate,
    conversationId: conversation?.toLowerCase(),
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    dryRun: flags['dry-run'] ?? false,
    force: flags.force ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        code: { type: 'string' },
        since: { type: 'string' },
        conversation: { type: 'string' },
        limit: { type: 'string' },
        'dry-run': { type: 'boolean' },
        force: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(fault: string): PlatformError {
  return new PlatformError('configuration_invalid', `${fault}\n${USAGE}`);
}
