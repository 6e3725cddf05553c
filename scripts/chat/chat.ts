/**
 * `npm run chat -- user1 pwd1 [http://localhost:8080]`: a chat in the terminal, to try the system by hand.
 * Shows every message and what becomes of one's own: sending → accepted → stored.
 */
import { hostname } from 'node:os';
import { ChatError, createChatClient, directConversationId, type ChatClient } from '@chat-app/client';
import { WebSocket } from 'ws';
import { printable, quoted } from './printable';
import { HELP, readCommand, type Command } from './read-command';
import { Terminal } from './terminal';
import { UserNames } from './user-names';

async function main(): Promise<number> {
  const [username, password, url = 'http://localhost:8080'] = process.argv.slice(2);
  if (username === undefined || password === undefined || !URL.canParse(url)) {
    process.stderr.write('usage: npm run chat -- <user> <password> [http://localhost:8080]\n');
    return 2;
  }
  const client = await createChatClient({
    url,
    credentials: { username, password },
    deviceId: `terminal-${hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-')}`.slice(0, 64),
    WebSocket,
  });
  const terminal = new Terminal(`${username}> `);
  try {
    await chat(client, terminal);
  } finally {
    terminal.close();
    await client.close();
  }
  return 0;
}

async function chat(client: ChatClient, terminal: Terminal): Promise<void> {
  const names = new UserNames(client);
  report(client, terminal, names);
  terminal.print(HELP);
  let last: string | undefined;
  await terminal.read(async (line) => {
    const command = readCommand(line);
    if (command.kind === 'quit') return 'quit';
    try {
      if (command.kind === 'say') last = await say(client, names, command, last);
      else await show(client, terminal, names, command);
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown;
      terminal.print(`  ! ${thrown.code}: ${quoted(thrown.message)}`);
    }
    return undefined;
  });
}

/** Prints what happens, as it happens. */
function report(client: ChatClient, terminal: Terminal, names: UserNames): void {
  client.on('connection', ({ state, code, reason, retry_in_ms: retryInMs }) => {
    const details = [code, reason, retryInMs === undefined ? undefined : `again in ${retryInMs} ms`];
    terminal.print(`  * ${quoted([state, ...details.filter((each) => each !== undefined && each !== '')].join(', '))}`);
  });
  client.on('message', (message) => {
    const time = new Date(message.sent_at).toLocaleTimeString();
    void names
      .nameOf(message.sender_id)
      .then((name) => terminal.print(`${time} ${quoted(name)}: ${quoted(message.content)}`));
  });
  client.on('typing', ({ user_id: userId, active }) => {
    if (active) void names.nameOf(userId).then((name) => terminal.print(`  … ${quoted(name)} is typing`));
  });
  const numbers = new Map<string, number>();
  client.on('message_state', ({ id, state, code, reason }) => {
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    terminal.print(`  [${number}] ${state}${code === undefined ? '' : `, ${code}: ${quoted(reason ?? '')}`}`);
  });
  client.on('conversation', ({ change, conversation_id: id, title }) => {
    terminal.print(
      change === 'changed' ? `  * group ${id}: ${quoted(title ?? change)}` : `  * ${change} the group ${id}`,
    );
  });
  client.on('missed', ({ reason, count }) => {
    terminal.print(
      count === undefined ? `  * ${reason}: look at the history` : `  * ${count} older entries are in the history only`,
    );
  });
  client.on('fault', (fault) => terminal.print(`  ! ${quoted(fault.message)}`));
}

/** @returns to whom it went */
async function say(
  client: ChatClient,
  names: UserNames,
  { to, content }: Command & { kind: 'say' },
  last: string | undefined,
): Promise<string> {
  const recipient = to === undefined ? last : await names.idOf(to);
  if (recipient === undefined) throw new ChatError('invalid_request', 'to whom? begin with @name', false);
  client.send({ recipient_id: recipient, content });
  return recipient;
}

async function show(client: ChatClient, terminal: Terminal, names: UserNames, command: Command): Promise<void> {
  if (command.kind === 'help') terminal.print(HELP);
  if (command.kind === 'unknown') terminal.print(`  ? ${command.what}\n${HELP}`);
  if (command.kind === 'history') {
    if (command.of === undefined) throw new ChatError('invalid_request', 'of whom? /history user2', false);
    const conversation = directConversationId(client.userId, await names.idOf(command.of));
    const { messages, more } = await client.conversations.history(conversation, { limit: 20 });
    if (more) terminal.print('  …');
    for (const { sent_at: sentAt, sender_id: sender, content } of messages) {
      const name = await names.nameOf(sender);
      terminal.print(`  ${new Date(sentAt).toLocaleString()} ${quoted(name)}: ${quoted(content)}`);
    }
  }
  if (command.kind === 'list') {
    const { conversations } = await client.conversations.list();
    for (const { title, recipient_id: other, unread_count: unread, last_message: message } of conversations) {
      const name = title ?? (other === undefined ? '' : `@${await names.nameOf(other)}`);
      terminal.print(`  ${quoted(name)} (${unread} unread): ${quoted(message?.content ?? '')}`);
    }
  }
}

main().then(
  (status) => (process.exitCode = status),
  (thrown: unknown) => {
    const text = thrown instanceof ChatError ? `${thrown.code}: ${thrown.message}` : String(thrown);
    process.stderr.write(`${printable(text)}\n`);
    process.exitCode = 1;
  },
);
