import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { directConversationId, type HistoryResponse, type ServerFrame, type SessionResponse } from '@chat-app/protocol';
import type { z } from 'zod';
import WebSocket from 'ws';

/** The compiled program, as `npm start` runs it: build first. */
const PROGRAM = resolve(__dirname, '..', 'dist', 'main.js');

/** One run of the program in a data folder, on ports that the system chooses. */
class Run {
  readonly child: ChildProcess;
  output = '';

  constructor(directory: string, environment: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env['PATH'] ?? '',
        DATA_DIRECTORY: directory,
        PORT: '0',
        AUTHENTICATION_PORT: '0',
        PERSISTENCE_PORT: '0',
        MANAGEMENT_PORT: '0',
        ...environment,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Resolves with the address that it prints once it is ready. */
  async ready(): Promise<string> {
    for (;;) {
      const [, url] = /is ready\.\s+(http:\/\/\S+)/.exec(this.output) ?? [];
      if (url !== undefined) return url.replace('localhost', '127.0.0.1');
      const ended = once(this.child, 'exit').then(() => Promise.reject(new Error(`it ended:\n${this.output}`)));
      await Promise.race([once(this.child.stdout!, 'data'), ended]);
    }
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const exit = this.exit();
    this.child.kill(signal);
    return exit;
  }
}

async function logIn(url: string, username: string, password: string): Promise<SessionResponse> {
  const body = JSON.stringify({ username, password });
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/login`, { method: 'POST', headers, body });
  return (await response.json()) as SessionResponse;
}

async function connect(url: string, session: SessionResponse): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
    headers: { Authorization: `Bearer ${session.token}` },
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const frameOf = (data: WebSocket.RawData) => JSON.parse((data as Buffer).toString()) as ServerFrame;

/** Every message id of the conversation, by reading the history to its beginning. */
async function historyOf(url: string, session: SessionResponse, conversationId: string): Promise<Set<string>> {
  const ids = new Set<string>();
  let before = '';
  for (;;) {
    const response = await fetch(`${url}/conversations/${conversationId}/messages?limit=100${before}`, {
      headers: { Authorization: `Bearer ${session.token}` },
    });
    const { messages, more } = (await response.json()) as z.infer<typeof HistoryResponse>;
    for (const message of messages) ids.add(message.message_id);
    if (!more) return ids;
    before = `&before=${messages[0]!.message_id}`;
  }
}

describe('the standalone', () => {
  let directory: string;
  const runs: Run[] = [];
  const start = (environment?: Record<string, string>) => {
    const run = new Run(directory, environment);
    runs.push(run);
    return run;
  };

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'chat-app-standalone-'))));
  afterEach(async () => {
    await Promise.all(runs.splice(0).map((run) => run.kill('SIGKILL')));
    rmSync(directory, { recursive: true, force: true });
  });

  it('says what to open and try, and stops cleanly', async () => {
    const run = start();
    await run.ready();
    expect(run.output).toContain('npm run chat -- user1 pwd1');
    expect(await run.kill('SIGTERM')).toBe(0);
  }, 180_000);

  it('asks strangers before they are in a group, and lets people be found as one types', async () => {
    const url = await start().ready();
    const [alice, bob] = [await logIn(url, 'user1', 'pwd1'), await logIn(url, 'user2', 'pwd2')];
    const call = async (session: SessionResponse, method: string, path: string, body?: object): Promise<unknown> => {
      const headers = { Authorization: `Bearer ${session.token}`, 'Content-Type': 'application/json' };
      const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return response.json();
    };
    const group = { title: 'the group', member_ids: [bob.user_id] };
    expect(await call(alice, 'POST', '/conversations', group)).toMatchObject({ invited_ids: [bob.user_id] });
    expect(await call(bob, 'GET', '/conversations')).toEqual({ conversations: [] });
    expect(await call(bob, 'GET', '/invitations')).toMatchObject({
      invitations: [{ title: 'the group', invited_by: alice.user_id }],
    });
    expect(await call(alice, 'GET', '/directory?prefix=USER')).toMatchObject({
      users: ['user2', 'user3', 'user4', 'user5'].map((username) => ({ username })),
    });
  }, 180_000);

  it('finds every accepted message again after a kill -9 under load', async () => {
    const first = start();
    const url = await first.ready();
    const [alice, bob] = [await logIn(url, 'user1', 'pwd1'), await logIn(url, 'user2', 'pwd2')];
    const socket = await connect(url, alice);
    const accepted: string[] = [];
    const killed = new Promise<void>((done) => {
      socket.on('message', (data) => {
        const frame = frameOf(data);
        if (frame.type === 'accepted') accepted.push(frame.message_id);
        if (accepted.length === 60) done();
      });
    });
    for (let number = 0; number < 90; number++) {
      socket.send(JSON.stringify({ type: 'send', id: `m${number}`, recipient_id: bob.user_id, content: `m${number}` }));
    }
    await killed;
    await first.kill('SIGKILL');
    const second = start();
    const again = await second.ready();
    const kept = await historyOf(
      again,
      await logIn(again, 'user2', 'pwd2'),
      directConversationId(alice.user_id, bob.user_id),
    );
    expect(accepted.length).toBeGreaterThanOrEqual(60);
    expect(accepted.filter((id) => !kept.has(id))).toEqual([]);
  }, 240_000);

  it('refuses a data folder that another process uses, and names the process', async () => {
    const first = start();
    await first.ready();
    const second = start();
    expect(await second.exit()).toBe(1);
    expect(second.output).toContain(`${first.child.pid}`);
    expect(second.output).toContain(directory);
    expect(second.output).not.toContain('    at ');
  }, 180_000);

  it('names a port that is taken', async () => {
    const first = start();
    const { port } = new URL(await first.ready());
    const other = new Run(mkdtempSync(join(directory, 'other-')), { PORT: port });
    runs.push(other);
    expect(await other.exit()).toBe(1);
    expect(other.output).toContain(`port ${port} is taken`);
    expect(other.output).not.toContain('    at ');
  }, 180_000);

  it('names every faulty variable and ends with 2', async () => {
    const run = start({ PORT: 'eighty', DEMO_USERS: 'yes' });
    expect(await run.exit()).toBe(2);
    expect(run.output).toContain('PORT');
    expect(run.output).toContain('DEMO_USERS');
  }, 180_000);
});
