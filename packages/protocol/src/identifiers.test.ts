import fc from 'fast-check';
import { DeviceId, Uuid } from './identifier-schemas';
import { directConversationId, isUuid, messageId, newId } from './identifiers';

const USER_1 = '123e4567-e89b-12d3-a456-426614174000';
const USER_2 = '789e0123-e45b-67d8-a901-324534567890';

// Ids are stored: these values may never change. They were also computed apart from this code, by RFC 9562, section 5.5.
const CONVERSATION = 'b27c13f8-0cc7-576c-88a6-2272ec19e7db';
const HELLO = '159b727d-2ecd-5c11-98fc-77ab7aa143fc';
const GRUESSE = '57acd19f-8c20-5de6-abc7-aad81a95c940';

describe('directConversationId', () => {
  it('keeps the value that is stored', () => {
    expect(directConversationId(USER_1, USER_2)).toBe(CONVERSATION);
  });

  it('is the same for both users', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        expect(directConversationId(one, other)).toBe(directConversationId(other, one));
      }),
    );
  });

  it('differs between pairs', () => {
    expect(directConversationId(USER_1, USER_1)).not.toBe(CONVERSATION);
    expect(directConversationId(USER_2, USER_2)).not.toBe(directConversationId(USER_1, USER_1));
  });
});

describe('messageId', () => {
  const identity = { sender_id: USER_1, conversation_id: CONVERSATION, id: 'c-1', content: 'hello' };

  it('keeps the values that are stored, beyond ASCII too', () => {
    expect(messageId(identity)).toBe(HELLO);
    expect(messageId({ ...identity, content: 'grüße 👋' })).toBe(GRUESSE);
  });

  it('is the same for a retry and another for any other sender, conversation, client id or content', () => {
    const same = messageId({ ...identity });
    expect(same).toBe(HELLO);
    for (const other of [
      { ...identity, sender_id: USER_2 },
      { ...identity, conversation_id: USER_2 },
      { ...identity, id: 'c-2' },
      { ...identity, content: 'hello!' },
    ]) {
      expect(messageId(other)).not.toBe(same);
    }
  });

  it('does not mix up where one part ends and the next begins', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (id, content, otherId, otherContent) => {
        fc.pre(id !== otherId || content !== otherContent);
        expect(messageId({ ...identity, id, content })).not.toBe(
          messageId({ ...identity, id: otherId, content: otherContent }),
        );
      }),
    );
  });

  it('is new at every call without a client id', () => {
    const anonymous = { sender_id: USER_1, conversation_id: CONVERSATION, content: 'hello' };
    expect(messageId(anonymous)).not.toBe(messageId(anonymous));
  });
});

describe('isUuid, Uuid and newId', () => {
  it('take any version, the ids of other systems too, and nothing else', () => {
    for (const good of [USER_1, USER_2, USER_1.toUpperCase(), newId(), '00000000-0000-0000-0000-000000000000']) {
      expect(isUuid(good)).toBe(true);
    }
    for (const bad of ['', 'user1', `${USER_1} `, `${USER_1}\n`, USER_1.replaceAll('-', ''), `{${USER_1}}`]) {
      expect(isUuid(bad)).toBe(false);
    }
  });

  it('lower upper case, so that one user has one id', () => {
    expect(Uuid.parse(USER_2.toUpperCase())).toBe(USER_2);
    expect(Uuid.safeParse('not-a-uuid').success).toBe(false);
  });

  it('make ids that sort by time', () => {
    const ids = Array.from({ length: 100 }, () => newId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(100);
  });
});

describe('DeviceId', () => {
  it('takes 1 to 64 plain characters', () => {
    for (const good of ['a', 'phone-1', 'Chrome_130.0', 'x'.repeat(64)]) {
      expect(DeviceId.safeParse(good).success).toBe(true);
    }
    for (const bad of ['', 'x'.repeat(65), 'a b', 'a/b', 'ä', 'a\n']) {
      expect(DeviceId.safeParse(bad).success).toBe(false);
    }
  });
});
