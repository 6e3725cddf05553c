import { randomUUID } from 'node:crypto';
import type { ConversationResponse } from '@chat-app/protocol';
import { directMessage, storeAll } from '../../testing/embedded-context';
import { ServedRoutes } from '../../testing/served-routes';

describe('contacts', () => {
  const served = new ServedRoutes();

  const contactsOf = async (user_id: string, user_ids: string[]): Promise<string[]> => {
    const { contacts } = await served.ask<{ contacts: string[] }>('POST /internal/contacts', {
      body: { user_id, user_ids },
    });
    return contacts.sort();
  };

  it('are those with whom a user shares a conversation, of one kind or the other, each once', async () => {
    const [ann, bob, carol, stranger] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await storeAll(served.database, [directMessage(ann, bob), directMessage(carol, stranger)]);
    const body = { title: 'a group', member_ids: [bob, carol] };
    await served.ask<ConversationResponse>('POST /conversations', { caller: ann, body });
    expect(await contactsOf(ann, [bob, carol, stranger, ann, randomUUID()])).toEqual([bob, carol].sort());
    expect(await contactsOf(stranger, [ann, bob, carol])).toEqual([carol]);
    expect(await contactsOf(randomUUID(), [ann, bob])).toEqual([]);
  });

  it('are nobody who blocks the user, nor whom the user blocks', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await storeAll(served.database, [directMessage(ann, bob)]);
    await served.ask('PUT /blocks/{user_id}', { caller: ann, params: { user_id: bob } });
    expect([await contactsOf(ann, [bob]), await contactsOf(bob, [ann])]).toEqual([[], []]);
    await served.ask('DELETE /blocks/{user_id}', { caller: ann, params: { user_id: bob } });
    expect(await contactsOf(bob, [ann])).toEqual([ann]);
  });

  it('are so no more once the only common group was left', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const body = { title: 'a group', member_ids: [bob] };
    const { conversation_id } = await served.ask<ConversationResponse>('POST /conversations', { caller: ann, body });
    expect(await contactsOf(ann, [bob])).toEqual([bob]);
    const params = { conversation_id, user_id: bob };
    await served.ask('DELETE /conversations/{conversation_id}/members/{user_id}', { caller: bob, params });
    expect(await contactsOf(ann, [bob])).toEqual([]);
  });
});
