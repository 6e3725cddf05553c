/**
 * `npm run chat -- user1 pwd1 [http://localhost:8080] [--json]`: a chat in the terminal, to try the system by hand, and with
 * `--json` by scripts. Shows every message and what becomes of one's own: sending → accepted → stored.
 */
import { ChatError, createChatClient } from '@chat-app/client';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { Places } from './places';
import { printable } from './printable';
import { Commands } from './run-command';
import { speakJson } from './speak-json';
import { speakText } from './speak-text';
import { Terminal } from './terminal';
import { UserNames } from './user-names';

const USAGE = 'usage: npm run chat -- <user> <password> [http://localhost:8080] [--json]\n';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  const [username, password, url = 'http://localhost:8080'] = positionals;
  if (username === undefined || password === undefined || !URL.canParse(url)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const client = await createChatClient({
    url,
    credentials: { username, password },
    deviceId: `terminal-${hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-')}`.slice(0, 64),
    WebSocket,
  });
  const names = new UserNames(client);
  const places = new Places(client, names);
  const commands = new Commands(client, names, places);
  try {
    if (values.json === true) {
      const lines = createInterface({ input: process.stdin });
      await speakJson({ client, commands, lines, write: (line) => process.stdout.write(`${line}\n`) });
      lines.close();
    } else {
      const terminal = new Terminal(`${username}> `);
      await speakText({ client, names, places, commands, terminal }).finally(() => terminal.close());
    }
  } finally {
    // First what came is confirmed. Nothing keeps the tokens: without them the session is of no use to anybody.
    await client.close();
    await client.logout().catch(() => undefined);
  }
  return 0;
}

main().then(
  (status) => (process.exitCode = status),
  (thrown: unknown) => {
    const text = thrown instanceof ChatError ? `${thrown.code}: ${thrown.message}` : String(thrown);
    process.stderr.write(`${printable(text)}\n`);
    process.exitCode = 1;
  },
);
