/**
 * What `helm test` runs: two users log in, connect to two websocket pods where there are two, and a message crosses, is
 * stored, and is read back by both.
 *
 * AUTHENTICATION_URL, PERSISTENCE_URL; WEBSOCKET_PODS=host:port, a name that resolves to every pod; TIMEOUT_MS=60000.
 */
import { lookup } from 'node:dns/promises';
import { directConversationId, type MessageFrame, type ServerFrame, type StoredFrame } from '@chat-app/protocol';
import { readHistory, registerUser } from './api';
import { SmokeConnection } from './smoke-connection';

async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  const timeoutMs = Number(environment['TIMEOUT_MS'] ?? 60_000);
  const deadline = Date.now() + timeoutMs;
  const persistenceUrl = required(environment, 'PERSISTENCE_URL');
  const authenticationUrl = required(environment, 'AUTHENTICATION_URL');
  const ada = await registerUser(authenticationUrl, 'ada', deadline);
  const ben = await registerUser(authenticationUrl, 'ben', deadline);
  say(`registered ${ada.username} and ${ben.username}`);

  const [one, other] = await twoPods(required(environment, 'WEBSOCKET_PODS'));
  const adas = new SmokeConnection(one, ada);
  const bens = new SmokeConnection(other, ben);
  try {
    const rest = () => Math.max(1, deadline - Date.now());
    const isWelcome = (frame: ServerFrame) => frame.type === 'welcome';
    await Promise.all([adas.next(isWelcome, rest(), 'welcome'), bens.next(isWelcome, rest(), 'welcome')]);
    say(`connected: ${one} and ${other}${one === other ? ' (only one pod is ready)' : ''}`);

    const content = `It works. ${new Date().toISOString()}`;
    const isIt = (frame: ServerFrame): frame is MessageFrame => frame.type === 'message' && frame.content === content;
    const arrives = bens.next(isIt, rest(), 'message');
    const isStored = (frame: ServerFrame): frame is StoredFrame => frame.type === 'stored';
    const stored = adas.next(isStored, rest(), 'stored');
    const sentAt = Date.now();
    const accepted = await adas.send(ben.id, content);
    say(`accepted after ${Date.now() - sentAt} ms: ${accepted.message_id}`);
    const frame = await arrives;
    if (frame.message_id !== accepted.message_id) throw new Error('another message arrived');
    if (frame.sender_id !== ada.id) throw new Error(`sender_id is ${frame.sender_id}, not ${ada.id}`);
    say(`arrived after ${Date.now() - sentAt} ms`);
    await stored;
    say(`stored after ${Date.now() - sentAt} ms`);
    for (const user of [ada, ben]) {
      const history = await readHistory(persistenceUrl, user, directConversationId(ada.id, ben.id), deadline);
      if (history.length !== 1 || history[0]?.content !== content) throw new Error(`${user.username} reads no history`);
    }
    say('read back by both');
  } finally {
    adas.close();
    bens.close();
  }
}

/** Addresses of two ready pods; the same one twice where there is only one. */
async function twoPods(name: string): Promise<[string, string]> {
  const [host = '', port = '8080'] = name.split(':');
  // The system's resolver: the short name of a Service is found by the pod's search list, which dns.resolve ignores.
  const found = await lookup(host, { all: true });
  const addresses = found.map(({ address, family }) => (family === 6 ? `[${address}]` : address)).sort();
  const [one = host, other = one] = addresses;
  return [`ws://${one}:${port}/ws`, `ws://${other}:${port}/ws`];
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function say(line: string): void {
  console.log(line);
}

main(process.env).then(
  () => say('passed'),
  (error: unknown) => {
    console.error(`failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
