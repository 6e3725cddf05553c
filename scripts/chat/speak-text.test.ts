import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ChatClient } from '@chat-app/client';
import { deliver, messageOf } from '../../packages/client/testing/fake-history';
import { USER_2 } from '../../packages/client/testing/fake-server';
import { acceptedFor, CONVERSATION, sceneForEachTest, uuid } from '../../packages/client/testing/scene';
import { Places } from './places';
import { Commands } from './run-command';
import { speakText } from './speak-text';
import { Terminal } from './terminal';
import { UserNames } from './user-names';

describe('the chat that a person types', () => {
  const scene = sceneForEachTest();

  const begin = async (terminal: Pick<Terminal, 'print' | 'read'>) => {
    const { connection, ...online } = await scene.online();
    // The same class, by its sources.
    const client = online.client as unknown as ChatClient;
    const user = { user_id: USER_2, username: 'user2' };
    scene.server.http.set('GET /users', () => ({ status: 200, body: user }));
    scene.server.http.set(`GET /users/${USER_2}`, () => ({ status: 200, body: user }));
    const names = new UserNames(client);
    const places = new Places(client, names);
    const done = speakText({ client, names, places, commands: new Commands(client, names, places), terminal });
    return { connection, names, done };
  };

  /** @param lines what the person types, and then leaves */
  const type = async (...lines: string[]) => {
    const printed: string[] = [];
    const printing = new EventEmitter();
    let leave: () => void = () => undefined;
    const begun = await begin({
      print: (text) => {
        printed.push(text);
        printing.emit('line');
      },
      read: async (onLine) => {
        for (const line of lines) await onLine(line);
        if (lines.length === 0) await new Promise<void>((resolve) => (leave = resolve));
      },
    });
    const prints = async (text: string): Promise<void> => {
      while (!printed.some((line) => line.includes(text))) await once(printing, 'line');
    };
    const at = (text: string): number => printed.findIndex((line) => line.includes(text));
    return { ...begun, printed, prints, at, leave: () => leave() };
  };

  it('shows what happens in the order in which it happens, though a name has to be asked for', async () => {
    const { connection, prints, at, leave, done } = await type();
    deliver(connection, { ...messageOf(1), content: 'helo' }, 1);
    connection.send({
      type: 'edited',
      event_id: uuid(9),
      seq: 2,
      conversation_id: CONVERSATION,
      message_id: uuid(1),
      content: 'hello',
    });
    await prints('is now: hello');
    await prints('user2: helo');
    expect(at('user2: helo')).toBeLessThan(at('is now: hello'));
    leave();
    await done;
  });

  it('shows a message whose name has to be asked for before the loss of the connection after it', async () => {
    const { connection, prints, at, leave, done } = await type();
    deliver(connection, { ...messageOf(1), content: 'helo' }, 1);
    connection.socket.close(1012, 'restart');
    await prints('restart');
    expect(at('user2: helo')).toBeGreaterThan(-1);
    expect(at('user2: helo')).toBeLessThan(at('restart'));
    leave();
    await done;
  });

  it('does not end before the last message has got its name', async () => {
    const { connection, names, printed, at, leave, done } = await type();
    let answer: (name: string) => void = () => undefined;
    const isAsked = new Promise<void>((asked) => {
      jest.spyOn(names, 'nameOf').mockImplementation(() => {
        asked();
        return new Promise((resolve) => (answer = resolve));
      });
    });
    deliver(connection, { ...messageOf(1), content: 'bye' }, 1);
    await isAsked;
    leave();
    const ended = done.then(() => printed.push('the end'));
    setImmediate(() => answer('user2'));
    await ended;
    expect(at('user2: bye')).toBeGreaterThan(-1);
    expect(at('user2: bye')).toBeLessThan(at('the end'));
  });

  it('says who invites to a group', async () => {
    const { connection, prints, leave, done } = await type();
    const invitation = {
      conversation_id: uuid(5),
      user_id: USER_2,
      title: 'The Team',
      role: 'member',
      actor_id: USER_2,
    };
    connection.send({ type: 'invited', event_id: uuid(8), seq: 1, ...invitation });
    await prints('user2 invites you to #The Team');
    leave();
    await done;
  });

  it('does not leave before what was said is accepted', async () => {
    const { connection, prints, done } = await type('@user2 hello');
    let isDone = false;
    void done.then(() => (isDone = true));
    const frame = await connection.next('send');
    await prints('waits until what you said is sent');
    expect(isDone).toBe(false);
    connection.send(acceptedFor(frame));
    await done;
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('sends what was said and shows what comes meanwhile, after %s as well', async (_how, key) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = '';
    output.on('data', (text) => (shown += String(text)));
    const [isTTY, isEnded] = [true, once(input, 'pause')];
    const { connection, done } = await begin(
      new Terminal('user1> ', Object.assign(input, { isTTY }), Object.assign(output, { isTTY })),
    );
    input.write('@user2 hello\r');
    const frame = await connection.next('send');
    input.write(key);
    await isEnded;
    deliver(connection, { ...messageOf(1), content: 'wait' }, 1);
    connection.send(acceptedFor(frame));
    await done;
    expect(shown).toContain('waits until what you said is sent (1)');
    expect(shown).toContain('user2: wait');
    expect(shown).toMatch(/\[1\] accepted\n$/u);
    expect(input.isPaused()).toBe(true);
  });
});
