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
  readonly terminal: Pick<Terminal, 'print' | 'read'>;
}

/** Resolves when the person has left, what was said is accepted or refused, and everything that came is printed. */
export async function speakText(chat: TextChat): Promise<void> {
  const { client, commands, terminal } = chat;
  const printed = report(chat);
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
  const { length } = client.pending;
  if (length > 0) terminal.print(`  * waits until what you said is sent (${length}); Ctrl-C leaves without it`);
  // Refused is settled as well.
  await Promise.allSettled(client.pending.map(({ id }) => client.settle(id)));
  await printed();
}

/**
 * Prints what happens, in the order in which it happens: a name that has to be asked for holds up what comes after it.
 * @returns resolves once everything that happened until it is called is printed
 */
function report({ client, terminal, names, places }: TextChat): () => Promise<void> {
  let printed: Promise<void> = Promise.resolve();
  const print = (line: string | Promise<string>): void => {
    printed = printed.then(async () => terminal.print(await line));
  };
  const whereOf = async (conversationId: string): Promise<string> =>
    `#${quoted((await places.titleOf(conversationId)) ?? conversationId.slice(0, 8))}`;
  client.on('connection', ({ state, code, reason, retry_in_ms: retryInMs }) => {
    const details = [code, reason, retryInMs === undefined ? undefined : `again in ${retryInMs} ms`];
    print(`  * ${quoted([state, ...details.filter((each) => each !== undefined && each !== '')].join(', '))}`);
  });
  client.on('message', ({ sent_at, sender_id, recipient_id, conversation_id, content }) => {
    const time = new Date(sent_at).toLocaleTimeString();
    const where = recipient_id === undefined ? whereOf(conversation_id).then((group) => `${group} `) : '';
    const parts = Promise.all([where, names.nameOf(sender_id)]);
    print(parts.then(([group, name]) => `${time} ${group}${quoted(name)}: ${quoted(content)}`));
  });
  client.on('typing', ({ user_id: userId, active }) => {
    if (active) print(names.nameOf(userId).then((name) => `  … ${quoted(name)} is typing`));
  });
  client.on('edited', ({ content }) => print(`  * a message is now: ${quoted(content)}`));
  client.on('deleted', () => print('  * a message was deleted'));
  client.on('invitation', ({ change, title = '', actor_id }) => {
    if (change === 'uninvited') return print('  * an invitation is over');
    const by = actor_id === undefined ? Promise.resolve('somebody') : names.nameOf(actor_id);
    print(by.then((name) => `  * ${quoted(name)} invites you to #${quoted(title)}: /accept or /decline and its name`));
  });
  const numbers = new Map<string, number>();
  client.on('message_state', ({ id, state, code, reason }) => {
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    print(`  [${number}] ${state}${code === undefined ? '' : `, ${code}: ${quoted(reason ?? '')}`}`);
  });
  client.on('conversation', ({ change, conversation_id: id, title }) => {
    if (title !== undefined) places.rename(id, title);
    print(
      whereOf(id).then((group) =>
        change === 'changed' ? `  * the group is ${group} now` : `  * ${change} the group ${group}`,
      ),
    );
  });
  client.on('missed', ({ reason, count }) => {
    print(
      count === undefined ? `  * ${reason}: look at the history` : `  * ${count} older entries are in the history only`,
    );
  });
  client.on('fault', (fault) => print(`  ! ${quoted(fault.message)}`));
  return () => printed;
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
