import { parseArgs } from 'node:util';
import { PlatformError } from '@chat-app/platform';
import { isUuid } from '@chat-app/protocol';
import type { Question } from './inspect-store';

/** How the command is called. */
const INSPECT_USAGE = `inspect message ID | conversation ID | user ID | dead [--code CODE] [--limit N]  [--content]
  message ID        is it stored, where in whose inbox; did it die, and why
  dead              how many dead messages there are, by code, and the newest (--limit, default 20)
  conversation ID   its members and its newest message
  user ID           its inbox, and how far each device has confirmed it
  --content         shows contents and titles too; without it they are left out`;

const DEFAULT_LIMIT = 20;

/** Reads the arguments of the inspect command. @throws PlatformError configuration_invalid, with the usage */
export function parseInspectArguments(args: readonly string[]): Question {
  const { values, positionals } = parse(args);
  const [about, id, ...rest] = positionals;
  const { code, limit, content = false } = values;
  if (about === 'dead') {
    if (id !== undefined) throw invalid('dead takes no id; use message ID');
    if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit)) throw invalid('--limit is not a number from 1 to 9999');
    return { about, code, limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), content };
  }
  if (about !== 'message' && about !== 'conversation' && about !== 'user') throw invalid('what about?');
  if (id === undefined || !isUuid(id)) throw invalid('the id is not a UUID');
  if (rest.length > 0 || code !== undefined || limit !== undefined) throw invalid('too many arguments');
  return { about, id: id.toLowerCase(), content };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { code: { type: 'string' }, limit: { type: 'string' }, content: { type: 'boolean' } },
    });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(fault: string): PlatformError {
  return new PlatformError('configuration_invalid', `${fault}\n${INSPECT_USAGE}`);
}
