import { EventEmitter, once } from 'node:events';
import type { ChatClient } from '@chat-app/client';
import { deliver, FakeHistory, messageOf } from '../../packages/client/testing/fake-history';
import { USER_2, type FakeConnection } from '../../packages/client/testing/fake-server';
import { acceptedFor, CONVERSATION, sceneForEachTest, uuid } from '../../packages/client/testing/scene';
import { Places } from './places';
import { Commands } from './run-command';
import { speakJson } from './speak-json';
import { UserNames } from './user-names';

/** A script's input, a line at a time, and its end. */
class Input implements AsyncIterable<string> {
  private readonly lines: (string | undefined)[] = [];
  private more: () => void = () => undefined;

  say(...lines: (object | string)[]): void {
    this.lines.push(...lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))));
    this.more();
  }
  end(): void {
    this.lines.push(undefined);
    this.more();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      while (this.lines.length === 0) await new Promise<void>((resolve) => (this.more = resolve));
      const line = this.lines.shift();
      if (line === undefined) return;
      yield line;
    }
  }
}

describe('the chat that a script speaks', () => {
  const scene = sceneForEachTest();

  const begin = async () => {
    const { connection, ...online } = await scene.online();
    // The same class, by its sources.
    const client = online.client as unknown as ChatClient;
    scene.server.http.set('GET /users', (_body, request) =>
      new URL(request.url ?? '', 'http://host').searchParams.get('username') === 'user2'
        ? { status: 200, body: { user_id: USER_2, username: 'user2' } }
        : { status: 404, body: { error: { code: 'unknown_user', message: 'nobody', retryable: false } } },
    );
    const [input, written] = [new Input(), [] as string[]];
    const names = new UserNames(client);
    const commands = new Commands(client, names, new Places(client, names));
    const writing = new EventEmitter();
    const write = (line: string): void => {
      written.push(line);
      writing.emit('line');
    };
    const done = speakJson({ client, commands, lines: input, write });
    const told = (fields: object) => written.map((line) => JSON.parse(line) as object).filter(matches(fields));
    const tells = async (fields: object): Promise<object> => {
      for (;;) {
        const [first] = told(fields);
        if (first !== undefined) return first;
        await once(writing, 'line');
      }
    };
    return { connection, input, written, told, tells, done };
  };

  it('sends by name, answers with the ref, and tells what becomes of the message', async () => {
    const { connection, input, tells } = await begin();
    input.say({ command: 'send', user: 'user2', content: 'hi', ref: 'a' });
    const frame = await connection.next('send');
    expect(frame).toMatchObject({ recipient_id: USER_2, content: 'hi' });
    const answer = await tells({ answer: 'sent', ref: 'a' });
    expect(answer).toMatchObject({ sent: { id: frame['id'], conversation_id: CONVERSATION } });
    connection.send(acceptedFor(frame));
    await tells({ event: 'message_state', id: frame['id'], state: 'accepted' });
  });

  it('tells what comes, with no character that a terminal acts on', async () => {
    const { connection, tells, written } = await begin();
    deliver(connection, { ...messageOf(1), content: 'red \u001b[31m \u009b \u202e\nend' });
    const told = await tells({ event: 'message', message_id: uuid(1) });
    expect(told).toMatchObject({ content: 'red \u001b[31m \u009b \u202e\nend' });
    expect(written.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('shows the history, and answers what is wrong without an end', async () => {
    const history = new FakeHistory(scene.server);
    history.store(1, 2);
    const { input, tells } = await begin();
    input.say('nonsense', { command: 'dance', ref: 1 }, { command: 'send', user: 'nobody', content: 'x', ref: 2 });
    input.say({ command: 'history', user: 'user2', ref: 3 });
    await tells({ answer: 'error', code: 'invalid_request', message: 'a line is one JSON object' });
    await tells({ answer: 'error', ref: 1, code: 'invalid_request' });
    await tells({ answer: 'error', ref: 2, code: 'unknown_user' });
    const answer = (await tells({ answer: 'history', ref: 3 })) as { history: { messages: { content: string }[] } };
    expect(answer.history.messages.map(({ content }) => content)).toEqual(['message 1', 'message 2']);
  });

  it('makes a group and speaks to it by its title', async () => {
    const group = uuid(7);
    const created = { conversation_id: group, kind: 'group', title: 'The Team', role: 'owner', unread_count: 0 };
    const { connection, input, tells } = await begin();
    scene.server.http.set('POST /conversations', () => ({ status: 201, body: created }));
    input.say({ command: 'group', title: 'The Team', members: ['user2'], ref: 1 });
    await tells({ answer: 'group', ref: 1, conversation_id: group });
    input.say({ command: 'send', group: 'the-team', content: 'all of you' });
    expect(await connection.next('send')).toMatchObject({ conversation_id: group, content: 'all of you' });
  });

  it('ends with its input once everything that it sent was accepted', async () => {
    const { connection, input, done } = await begin();
    let isDone = false;
    void done.then(() => (isDone = true));
    input.say({ command: 'send', user: 'user2', content: 'one' }, { command: 'send', user: 'user2', content: 'two' });
    input.end();
    const answer = async (from: FakeConnection): Promise<void> => from.send(acceptedFor(await from.next('send')));
    await answer(connection);
    expect(isDone).toBe(false);
    await answer(connection);
    await done;
  });
});

function matches(fields: object): (line: object) => boolean {
  return (line) => Object.entries(fields).every(([name, value]) => (line as Record<string, unknown>)[name] === value);
}
