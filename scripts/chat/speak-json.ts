/**
 * The chat as a script speaks it: one JSON object a line, both ways. What happens is told as `event`; each command is
 * answered by one line with `answer` and its `ref`, in the order of the commands. JSON escapes every control character.
 */
import { ChatError, type ChatClient, type ChatEvents } from '@chat-app/client';
import { readJsonCommand, readJsonLine } from './read-json-command';
import type { Commands } from './run-command';

const EVENTS: readonly (keyof ChatEvents)[] = [
  'connection',
  'message',
  'message_state',
  'edited',
  'deleted',
  'read',
  'conversation',
  'invitation',
  'missed',
  'typing',
];

export interface JsonChat {
  readonly client: ChatClient;
  readonly commands: Pick<Commands, 'run'>;
  readonly lines: AsyncIterable<string>;
  readonly write: (line: string) => void;
}

/** Resolves when the script says `quit` or ends its input, and everything it sent was accepted or refused for good. */
export async function speakJson({ client, commands, lines, write }: JsonChat): Promise<void> {
  const tell = (line: object): void => write(safe(JSON.stringify(line)));
  for (const event of EVENTS) client.on(event, (value) => tell({ event, ...(value as object) }));
  client.on('fault', ({ message }) => tell({ event: 'fault', message }));
  for await (const line of lines) {
    let ref: string | number | undefined;
    try {
      const read = readJsonLine(line);
      if (read === undefined) continue;
      ref = read.ref;
      const command = readJsonCommand(read.fields);
      if (command.kind === 'quit') break;
      const { kind: answer, ...outcome } = await commands.run(command);
      tell({ answer, ...(ref !== undefined && { ref }), ...outcome });
    } catch (thrown) {
      const { code, message, retryable } = asChatError(thrown);
      tell({ answer: 'error', ...(ref !== undefined && { ref }), code, message, retryable });
    }
  }
  // Refused is settled as well; its event says so.
  await Promise.allSettled(client.pending.map(({ id }) => client.settle(id)));
}

/** @throws what is no fault of the command */
function asChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  if (thrown instanceof TypeError) return new ChatError('invalid_request', thrown.message, false);
  throw thrown;
}

/** What JSON leaves as it is and a terminal could act on: C1, DEL, and what turns the direction of writing. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

function safe(json: string): string {
  return json.replaceAll(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
