import type { ChatClient } from '@chat-app/client';
import { deliver, messageOf } from '../../packages/client/testing/fake-history';
import { USER_2 } from '../../packages/client/testing/fake-server';
import { acceptedFor, CONVERSATION, sceneForEachTest, uuid } from '../../packages/client/testing/scene';
import { Places } from './places';
import { Commands } from './run-command';
import { speakText } from './speak-text';
import { UserNames } from './user-names';

describe('the chat that a person types', () => {
  const scene = sceneForEachTest();

  /** @param lines what the person types, and then leaves */
  const begin = async (...lines: string[]) => {
    const { connection, ...online } = await scene.online();
    // The same class, by its sources.
    const client = online.client as unknown as ChatClient;
    const user = { user_id: USER_2, username: 'user2' };
    scene.server.http.set('GET /users', () => ({ status: 200, body: user }));
    scene.server.http.set(`GET /users/${USER_2}`, () => ({ status: 200, body: user }));
    const names = new UserNames(client);
    const places = new Places(client, names);
    const printed: string[] = [];
    let leave: () => void = () => undefined;
    const terminal = {
      print: (text: string) => void printed.push(text),
      read: async (onLine: (line: string) => Promise<'quit' | undefined>) => {
        for (const line of lines) await onLine(line);
        if (lines.length === 0) await new Promise<void>((resolve) => (leave = resolve));
      },
    };
    const done = speakText({ client, names, places, commands: new Commands(client, names, places), terminal });
    const prints = async (text: string): Promise<void> => {
      for (let attempt = 0; attempt < 400; attempt += 1) {
        if (printed.some((line) => line.includes(text))) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`nothing like ${text} in ${printed.join('\n')}`);
    };
    return { connection, printed, prints, done, leave: () => leave() };
  };

  it('shows what happens in the order in which it happens, though a name has to be asked for', async () => {
    const { connection, printed, prints, leave, done } = await begin();
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
    const at = (text: string): number => printed.findIndex((line) => line.includes(text));
    expect(at('user2: helo')).toBeLessThan(at('is now: hello'));
    leave();
    await done;
  });

  it('says who invites to a group', async () => {
    const { connection, prints, leave, done } = await begin();
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
    const { connection, prints, done } = await begin('@user2 hello');
    let isDone = false;
    void done.then(() => (isDone = true));
    const frame = await connection.next('send');
    await prints('waits until what you said is sent');
    expect(isDone).toBe(false);
    connection.send(acceptedFor(frame));
    await done;
  });
});
