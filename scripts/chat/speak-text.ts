/** The chat as a person sees it: lines above what is being typed. */
import { ChatError, type ChatClient } from '@chat-app/client';
import type { Places } from './places';
import { quoted } from './printable';
import { HELP, readCommand } from './read-command';
import type { Commands, Outcome } from './run-command';
import type { Terminal } from './terminal';
import type { UserNames } from './user-names';

export interface TextChat {
  readonly client: ChatClient;
  readonly names: UserNames;
  readonly places: Places;
  readonly commands: Commands;
  readonly terminal: Terminal;
}

/** Resolves when the person leaves. */
export async function speakText(chat: TextChat): Promise<void> {
  const { commands, terminal } = chat;
  report(chat);
  terminal.print(HELP);
  await terminal.read(async (line) => {
    const command = readCommand(line);
    if (command.kind === 'quit') return 'quit';
    if (command.kind === 'help') terminal.print(HELP);
    if (command.kind === 'unknown') terminal.print(`  ? ${quoted(command.what)}\n${HELP}`);
    try {
      await show(chat, await commands.run(command));
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown;
      terminal.print(`  ! ${thrown.code}: ${quoted(thrown.message)}`);
    }
    return undefined;
  });
}

/** Prints what happens, as it happens. */
function report({ client, terminal, names, places }: TextChat): void {
  client.on('connection', ({ state, code, reason, retry_in_ms: retryInMs }) => {
    const details = [code, reason, retryInMs === undefined ? undefined : `again in ${retryInMs} ms`];
    terminal.print(`  * ${quoted([state, ...details.filter((each) => each !== undefined && each !== '')].join(', '))}`);
  });
  client.on('message', ({ sent_at, sender_id, recipient_id, conversation_id, content }) => {
    const time = new Date(sent_at).toLocaleTimeString();
    const title = recipient_id === undefined ? places.titleOf(conversation_id) : Promise.resolve(undefined);
    void Promise.all([names.nameOf(sender_id), title]).then(([name, group]) => {
      const where = group === undefined ? '' : `#${quoted(group)} `;
      terminal.print(`${time} ${where}${quoted(name)}: ${quoted(content)}`);
    });
  });
  client.on('typing', ({ user_id: userId, active }) => {
    if (active) void names.nameOf(userId).then((name) => terminal.print(`  … ${quoted(name)} is typing`));
  });
  client.on('edited', ({ content }) => terminal.print(`  * a message is now: ${quoted(content)}`));
  client.on('deleted', () => terminal.print('  * a message was deleted'));
  const numbers = new Map<string, number>();
  client.on('message_state', ({ id, state, code, reason }) => {
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    terminal.print(`  [${number}] ${state}${code === undefined ? '' : `, ${code}: ${quoted(reason ?? '')}`}`);
  });
  client.on('conversation', ({ change, conversation_id: id, title }) => {
    if (title !== undefined) places.rename(id, title);
    void places.titleOf(id).then((name) => {
      const shown = quoted(name ?? id);
      terminal.print(change === 'changed' ? `  * the group is #${shown} now` : `  * ${change} the group #${shown}`);
    });
  });
  client.on('missed', ({ reason, count }) => {
    terminal.print(
      count === undefined ? `  * ${reason}: look at the history` : `  * ${count} older entries are in the history only`,
    );
  });
  client.on('fault', (fault) => terminal.print(`  ! ${quoted(fault.message)}`));
}

async function show({ terminal, names }: TextChat, outcome: Outcome): Promise<void> {
  if (outcome.kind === 'group') terminal.print(`  * made the group #${quoted(outcome.title)}`);
  if (outcome.kind === 'history') {
    const { messages, more } = outcome.history;
    if (more) terminal.print('  …');
    for (const { sent_at, sender_id, content, deleted_at } of messages) {
      const text = deleted_at === undefined ? quoted(content) : '(deleted)';
      terminal.print(`  ${new Date(sent_at).toLocaleString()} ${quoted(await names.nameOf(sender_id))}: ${text}`);
    }
    if (messages.length === 0) terminal.print('  nothing was said yet');
  }
  if (outcome.kind === 'list') {
    for (const { title, recipient_id: other, unread_count: unread, last_message: message } of outcome.conversations) {
      const name = title === undefined ? `@${other === undefined ? '' : await names.nameOf(other)}` : `#${title}`;
      terminal.print(`  ${quoted(name)} (${unread} unread): ${quoted(message?.content ?? '')}`);
    }
  }
}
