import { createChatClient, directConversationId, register, type ChatClient } from '@chat-app/client';
import { createPgliteDatabase } from '@chat-app/embedded/database';
import { WebSocket } from 'ws';
import { GROUPS, READ, READER, TALK, type Line } from './talk';

/** The people of the talk, each with a client; all have one password. */
export type People = ReadonlyMap<string, ChatClient>;

const MOVE = 'update chat.messages set sent_at = $2, stored_at = $2 where id = $1';
// What was written before somebody joined they do not read.
const JOIN_BEFORE = `update chat.members m set joined_at =
  (select min(x.sent_at) from chat.messages x where x.conversation_id = m.conversation_id) - interval '1 hour'`;
const PASSWORD = 'a picture of a chat';

/** Registers everybody who says something. Whoever calls closes their clients. */
export async function registerPeople(url: string): Promise<People> {
  const people = new Map<string, ChatClient>();
  for (const name of new Set(TALK.map(({ by }) => by))) {
    await register({ url }, name, PASSWORD);
    people.set(name, await connect(url, name));
  }
  return people;
}

/** The same people again, with clients of a service that was started anew. */
export async function returnPeople(url: string, names: Iterable<string>): Promise<People> {
  return new Map(await Promise.all([...names].map(async (name) => [name, await connect(url, name)] as const)));
}

export function credentialsOf(name: string): { username: string; password: string } {
  return { username: name, password: PASSWORD };
}

function connect(url: string, name: string): Promise<ChatClient> {
  return createChatClient({ url, credentials: credentialsOf(name), WebSocket });
}

/** Has everybody say their lines. @returns the id of each message, in the order of the talk */
export async function holdTalk(people: People): Promise<string[]> {
  const groups = new Map<string, string>();
  for (const [title, [owner = '', ...members]] of Object.entries(GROUPS)) {
    const ids = members.map((name) => of(people, name).userId);
    groups.set(title, (await of(people, owner).conversations.createGroup(title, ids)).conversation_id);
  }
  const conversationOf = ({ by, to }: Line): string =>
    groups.get(to) ?? directConversationId(of(people, by).userId, of(people, to).userId);
  const said: { line: Line; conversation_id: string; message_id: string }[] = [];
  for (const line of TALK) {
    const conversation_id = conversationOf(line);
    const replied = said.find((one) => one.line.text === line.replyTo && one.conversation_id === conversation_id);
    const client = of(people, line.by);
    const { id, message_id } = client.send({
      ...(groups.has(line.to) ? { conversation_id } : { recipient_id: of(people, line.to).userId }),
      content: line.text,
      ...(replied !== undefined && { reply_to: replied.message_id }),
      ...(line.mentions !== undefined && { mentions: line.mentions.map((name) => of(people, name).userId) }),
    });
    await client.settle(id);
    said.push({ line, conversation_id, message_id });
    await react(people, line, message_id, conversation_id);
  }
  await readAll(people, said);
  return said.map(({ message_id }) => message_id);
}

async function react(people: People, line: Line, message_id: string, conversation_id: string): Promise<void> {
  const about = { message_id, conversation_id };
  if (line.edited !== undefined) {
    const author = of(people, line.by);
    await author.settle(author.edit({ ...about, content: line.edited }).id);
  }
  for (const [name, emoji] of Object.entries(line.reactions ?? {})) {
    const client = of(people, name);
    await client.settle(client.react({ ...about, emoji, on: true }).id);
  }
}

/** Everybody has read everything, but the reader what is not in `READ`. */
async function readAll(people: People, said: readonly { line: Line; conversation_id: string; message_id: string }[]) {
  const newest = new Map(said.map((one) => [one.conversation_id, one]));
  for (const { line, conversation_id, message_id } of newest.values()) {
    const members = GROUPS[line.to] ?? [line.by, line.to];
    for (const name of members) {
      const isSeen = name !== READER || READ.includes(line.to === READER ? line.by : line.to);
      if (isSeen) await of(people, name).conversations.markRead(conversation_id, message_id);
    }
  }
}

/** Moves what was said just now to when it is to have been said. Nobody else may have the data meanwhile. */
export async function moveToPast(directory: string, messageIds: readonly string[]): Promise<void> {
  const database = await createPgliteDatabase({ directory });
  try {
    for (const [index, id] of messageIds.entries()) {
      const at = new Date(Date.now() - (TALK[index]?.ago ?? 0) * 60_000).toISOString();
      await database.query({ name: 'move_to_past', text: MOVE }, [id, at]);
    }
    await database.query({ name: 'join_before', text: JOIN_BEFORE }, []);
  } finally {
    await database.close();
  }
}

function of(people: People, name: string): ChatClient {
  const client = people.get(name);
  if (client === undefined) throw new Error(`nobody is called ${name}`);
  return client;
}
