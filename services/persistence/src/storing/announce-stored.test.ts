import * as fc from 'fast-check';
import { PlatformError } from '@chat-app/platform';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { conversationChannel, userChannel, type ChatMessage } from '@chat-app/protocol';
import { directMessage, groupMessage } from '../../testing/embedded-context';
import { announceStored, collectNotices } from './announce-stored';
import { projectEvent } from './project-event';

const USERS = ['a', 'b', 'c', 'd'].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
const GROUP = '00000000-0000-4000-8000-0000000000ff';

const stored = (value: ChatMessage, places: [string, number][], outcome = 'stored' as const) => ({
  ...projectEvent('message', value),
  value,
  outcome: { outcome, user_ids: places.map(([user]) => user), seqs: places.map(([, seq]) => seq) },
});

describe('announcing what was stored', () => {
  it('says for every message of a channel where it stands in each inbox, 0 where it is not', () => {
    const row = fc.record({ group: fc.boolean(), members: fc.subarray(USERS), from: fc.nat(3), to: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        let seq = 0;
        const batch = rows.map(({ group, members, from, to }) => {
          const [sender, recipient] = [USERS[from]!, USERS[to]!];
          const message = group ? groupMessage(sender, GROUP) : directMessage(sender, recipient);
          const users = group ? members : [...new Set([sender, recipient])];
          return stored(
            message,
            users.map((user) => [user, (seq += 1)]),
          );
        });
        const notices = collectNotices(batch);
        for (const notice of notices.values()) {
          for (const column of Object.values(notice.positions)) expect(column).toHaveLength(notice.event_ids.length);
        }
        for (const { value: message, outcome } of batch) {
          outcome.user_ids.forEach((user, index) => {
            const direct = message.recipient_id !== undefined;
            const notice = notices.get(direct ? userChannel(user) : conversationChannel(GROUP))!;
            const at = notice.event_ids.indexOf(message.message_id);
            expect(notice.positions[user]![at]).toBe(outcome.seqs[index]);
          });
        }
        const told = [...notices.values()].flatMap(({ positions }) => Object.values(positions).flat());
        expect(told.filter((position) => position > 0)).toHaveLength(seq);
      }),
    );
  });

  it('says nothing of messages whose entries are not known', () => {
    expect(collectNotices([stored(directMessage(USERS[0]!, USERS[1]!), [])]).size).toBe(0);
  });

  it('tells no user where a direct message stands in the other inbox', () => {
    const [ann, bob] = USERS as [string, string];
    const notices = collectNotices([
      stored(directMessage(ann, bob), [
        [ann, 7],
        [bob, 9],
      ]),
    ]);
    expect(Object.keys(notices.get(userChannel(ann))!.positions)).toEqual([ann]);
    expect(Object.keys(notices.get(userChannel(bob))!.positions)).toEqual([bob]);
  });

  it('counts the notices that the fan-out did not take, and does not reject', async () => {
    const fanout = createEmbeddedFanout();
    jest.spyOn(fanout, 'publish').mockRejectedValueOnce(new PlatformError('fanout_unavailable', 'away'));
    const [ann, bob] = USERS as [string, string];
    await expect(
      announceStored(fanout, [
        stored(directMessage(ann, bob), [
          [ann, 1],
          [bob, 1],
        ]),
      ]),
    ).resolves.toBe(1);
    await fanout.close();
  });

  it('does not wait for a fan-out that hangs', async () => {
    const fanout = createEmbeddedFanout();
    jest.spyOn(fanout, 'publish').mockReturnValue(new Promise(() => undefined));
    const [ann, bob] = USERS as [string, string];
    await expect(
      announceStored(fanout, [
        stored(directMessage(ann, bob), [
          [ann, 1],
          [bob, 1],
        ]),
      ]),
    ).resolves.toBe(2);
    await fanout.close();
  });
});
