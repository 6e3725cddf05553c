import { ChatError, type ChatClient } from '@chat-app/client';
import { UserNames } from './user-names';

const ID = '123e4567-e89b-12d3-a456-426614174000';

function clientWith(getUser: ChatClient['getUser']): ChatClient {
  return { getUser } as Partial<ChatClient> as ChatClient;
}

describe('the name of a user', () => {
  it('is asked for once, however many messages come', async () => {
    const getUser = jest.fn().mockResolvedValue({ user_id: ID, username: 'ada' });
    const names = new UserNames(clientWith(getUser));
    expect(await Promise.all([names.nameOf(ID), names.nameOf(ID)])).toEqual(['ada', 'ada']);
    expect(getUser).toHaveBeenCalledTimes(1);
  });

  it('is the beginning of the id during an outage, and the name again after it', async () => {
    const getUser = jest.fn().mockRejectedValueOnce(new ChatError('unavailable', 'no answer', true));
    getUser.mockResolvedValue({ user_id: ID, username: 'ada' });
    const names = new UserNames(clientWith(getUser));
    expect(await names.nameOf(ID)).toBe('123e4567');
    expect(await names.nameOf(ID)).toBe('ada');
  });
});
