import fc from 'fast-check';
import type { StoredMessage } from '@chat-app/protocol';
import type { History } from '../http/answers';
import { VersionFollower } from './follow-versions';
import { inState, MessageStates, type MessageState } from './message-states';
import type { MessageView } from './views';

const AT = '2026-01-02T03:04:05.678Z';
const plain = (id: string): MessageView => ({
  message_id: id,
  conversation_id: 'c',
  sender_id: 's',
  content: id,
  own: false,
});
const state = (message_id: string, version: number): MessageState => ({
  message_id,
  version,
  reactions: [{ emoji: String(version), count: 1, own: false, user_ids: ['u'] }],
});

describe('the state of a message', () => {
  it('is the newest, in whatever order states and the message itself come', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(versions, fc.nat(), (told, at) => {
        const states = new MessageStates();
        const place = at % (told.length + 1);
        let message: MessageView | undefined;
        told.forEach((version, index) => {
          // The message comes at some point, as it was at the first version that is told after that.
          if (index === place) message = states.apply({ ...plain('m'), ...state('m', version) });
          states.record(state('m', version));
          if (message !== undefined) message = inState(message, state('m', version));
        });
        message ??= states.apply(plain('m'));
        expect(message).toMatchObject(state('m', Math.max(...told)));
      }),
    );
  });
});

/** A conversation whose messages change; frames of it are lost, repeated and reordered, and reads of it may fail. */
class Server {
  version = 0;
  readonly versions = new Map<string, number>();
  fails = false;

  change(id: string): { previous: number; version: number; id: string } {
    const previous = this.version;
    this.version += 3;
    this.versions.set(id, this.version);
    return { previous, version: this.version, id };
  }

  async changes(after: number): Promise<History> {
    if (this.fails) throw new Error('away');
    const all = [...this.versions].filter(([, version]) => version > after).sort(([, a], [, b]) => a - b);
    const page = all.slice(0, 2);
    const messages = page.map(([message_id, version]): StoredMessage => {
      return { message_id, conversation_id: 'c', sender_id: 's', content: '', sent_at: AT, stored_at: AT, version };
    });
    const more = all.length > page.length;
    return { messages, more, version: more ? (page.at(-1)?.[1] ?? 0) : this.version };
  }
}

describe('following the versions of a conversation', () => {
  it('comes to what the server has, whatever is lost, repeated or reordered, with one question where it is missed', async () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('told', 'lost', 'twice', 'late'));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const server = new Server();
        const known = new Map<string, number>();
        const told = (id: string, version: number) => known.set(id, Math.max(version, known.get(id) ?? 0));
        const follower = new VersionFollower({
          changes: (version) => server.changes(version),
          onMessage: ({ message_id, version = 0 }) => told(message_id, version),
        });
        follower.pageRead(0);
        const hear = ({ id, previous, version }: ReturnType<Server['change']>) => {
          told(id, version);
          follower.changed(previous, version);
        };
        const late: ReturnType<Server['change']>[] = [];
        for (const [id, fate] of steps) {
          const changed = server.change(id);
          if (fate === 'late') late.push(changed);
          else if (fate !== 'lost') hear(changed);
          if (fate === 'twice') hear(changed);
          await Promise.resolve();
        }
        late.forEach(hear);
        // The end may have been lost: whoever looks after a new connection reads it.
        follower.missed();
        await follower.refresh();
        expect(known).toEqual(server.versions);
      }),
    );
  });

  it('asks nothing while nothing is missed', async () => {
    const asked: number[] = [];
    const follower = new VersionFollower({
      changes: async (version) => (asked.push(version), { messages: [], more: false, version }),
      onMessage: () => undefined,
    });
    // Before a page was read nothing here can be old.
    follower.changed(5, 9);
    follower.pageRead(9);
    follower.changed(9, 12);
    follower.changed(5, 9);
    follower.changed(12, 14);
    await follower.refresh();
    expect(asked).toEqual([]);
    // An older page than what is known may lack what was told before it came.
    follower.pageRead(12);
    expect(asked).toEqual([12]);
  });

  it('asks again after a question failed, once there is a reason', async () => {
    const server = new Server();
    const known: string[] = [];
    const follower = new VersionFollower({
      changes: (version) => server.changes(version),
      onMessage: ({ message_id }) => known.push(message_id),
    });
    follower.pageRead(0);
    server.change('a');
    server.fails = true;
    const { previous, version } = server.change('b');
    follower.changed(previous, version);
    await follower.catchUp();
    expect(known).toEqual([]);
    server.fails = false;
    await follower.refresh();
    expect(known).toEqual(['a', 'b']);
  });
});
