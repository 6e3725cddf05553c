import fc from 'fast-check';
import { Connection } from './connection';
import { Credential } from './credential';
import { Registry, type ChannelChange } from './registry';

const LISTENER = { onText: jest.fn(), onPing: jest.fn(), onPong: jest.fn(), onClosed: jest.fn() };
const connectionOf = (userId: string): Connection =>
  new Connection(`c${Math.random()}`, { userId, deviceId: 'd', named: true }, new Credential('s', 0), LISTENER);

describe('Registry', () => {
  it('subscribes to the channel of a user from the first connection to the last', () => {
    const registry = new Registry();
    const [one, two] = [connectionOf('a'), connectionOf('a')];
    expect(registry.add(one).subscribe).toEqual(['user:a']);
    expect(registry.add(two).subscribe).toEqual([]);
    expect(registry.remove(one).unsubscribe).toEqual([]);
    expect(registry.remove(two).unsubscribe).toEqual(['user:a']);
    expect(registry.remove(two).unsubscribe).toEqual([]);
    expect(registry.size).toBe(0);
  });

  it('does not let an older join or leave undo what is known newer', () => {
    const registry = new Registry();
    const connection = connectionOf('a');
    registry.add(connection);
    const user = connection.user!;
    registry.setGroups(user, ['g'], 10);
    registry.changeGroup(user, 'g', 'left', 7);
    expect([...user.groups]).toEqual(['g']);
    registry.changeGroup(user, 'g', 'left', 11);
    registry.setGroups(user, ['g'], 10);
    expect([...user.groups]).toEqual([]);
  });

  it('takes joins and leaves of different groups in any order', () => {
    const registry = new Registry();
    const connection = connectionOf('a');
    registry.add(connection);
    const user = connection.user!;
    registry.setGroups(user, ['g'], 1);
    registry.changeGroup(user, 'h', 'joined', 3);
    registry.changeGroup(user, 'g', 'left', 2);
    expect([...user.groups]).toEqual(['h']);
    // A snapshot that is older than one of them says nothing about that one, and all about the others.
    registry.setGroups(user, ['i'], 2);
    expect([...user.groups].sort()).toEqual(['h', 'i']);
  });

  it('does not take an answer for newer than a leave that came while it was asked for', () => {
    const registry = new Registry();
    const connection = connectionOf('a');
    registry.add(connection);
    const user = connection.user!;
    const asked = user.knownAsOf('g');
    registry.changeGroup(user, 'g', 'left', 5);
    registry.confirmGroup(user, 'g', asked);
    expect([...user.groups]).toEqual([]);
    registry.confirmGroup(user, 'g', user.knownAsOf('g'));
    expect([...user.groups]).toEqual(['g']);
  });

  it('subscribes to exactly the channels of the users and groups that are there, after any changes', () => {
    const act = fc.record({
      what: fc.constantFrom('add', 'remove', 'join', 'left', 'set'),
      user: fc.constantFrom('a', 'b', 'c'),
      group: fc.constantFrom('g', 'h'),
      pick: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const registry = new Registry();
        const channels = new Set<string>();
        const open: Connection[] = [];
        const follow = (change: ChannelChange): void => {
          change.unsubscribe.forEach((channel) => expect(channels.delete(channel)).toBe(true));
          change.subscribe.forEach((channel) => {
            expect(channels.has(channel)).toBe(false);
            channels.add(channel);
          });
        };
        acts.forEach(({ what, user: id, group, pick }, seq) => {
          const user = registry.find(id);
          if (what === 'add') {
            const connection = connectionOf(id);
            open.push(connection);
            follow(registry.add(connection));
          } else if (what === 'remove') {
            const [connection] = open.splice(pick, 1);
            if (connection !== undefined) follow(registry.remove(connection));
          } else if (user !== undefined && what === 'set') follow(registry.setGroups(user, [group], seq));
          else if (user !== undefined) {
            follow(registry.changeGroup(user, group, what === 'join' ? 'joined' : 'left', seq));
          }
        });
        const wanted = new Set<string>();
        for (const { user } of open) {
          wanted.add(`user:${user!.userId}`);
          for (const group of user!.groups) wanted.add(`conversation:${group}`);
        }
        expect(channels).toEqual(wanted);
        expect(registry.size).toBe(open.length);
      }),
    );
  });
});
