import type { ChatClient } from '@chat-app/client';
import { Places } from './places';

const ONE = '123e4567-e89b-42d3-a456-426614174000';
const OTHER = '123e4567-f89b-42d3-a456-426614174000';
const THIRD = '89abcdef-0123-4567-89ab-cdef01234567';

describe('the group of an invitation', () => {
  /** @param titles of the groups that invite, by id */
  const invitedTo = (titles: Record<string, string>) => {
    const list = async () =>
      Promise.resolve(
        Object.entries(titles).map(([conversation_id, title]) => ({
          conversation_id,
          title,
          invited_by: conversation_id,
        })),
      );
    const nameOf = async (id: string): Promise<string> => Promise.resolve(id === ONE ? 'ada' : 'mallory');
    const client = { invitations: { list } } as Partial<ChatClient> as ChatClient;
    return new Places(client, { nameOf, idOf: () => Promise.reject(new Error('nobody is asked for')) });
  };

  it.each([
    ['its title', 'The Team'],
    ['its title with hyphens', 'the-team'],
    ['the beginning of its id', '123E4567'],
    ['its id', ONE],
  ])('is found by %s', async (_what, name) => {
    expect(await invitedTo({ [THIRD]: 'Others', [ONE]: 'The Team' }).invitationTo(name)).toBe(ONE);
  });

  it('is none where nobody invites to it', async () => {
    await expect(invitedTo({ [ONE]: 'Team' }).invitationTo('teams')).rejects.toMatchObject({
      code: 'unknown_invitation',
    });
  });

  it('is asked for by its id where somebody else invites to a group of the same title', async () => {
    const places = invitedTo({ [THIRD]: 'team', [ONE]: 'Team' });
    await expect(places.invitationTo('team')).rejects.toMatchObject({
      code: 'invalid_request',
      message:
        'you are invited to 2 groups "team", name one by the beginning of its id: 89abcdef (from mallory), 123e4567 (from ada)',
    });
    expect(await places.invitationTo('123e4567')).toBe(ONE);
  });

  it('is told apart by as much of the id as that takes', async () => {
    const places = invitedTo({ [OTHER]: 'team', [ONE]: 'team' });
    await expect(places.invitationTo('team')).rejects.toThrow('123e4567-f (from mallory), 123e4567-e (from ada)');
    await expect(places.invitationTo('123e4567')).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await places.invitationTo('123e4567-e')).toBe(ONE);
  });

  it('is no group whose title looks like the id of another', async () => {
    await expect(invitedTo({ [THIRD]: '123e4567', [ONE]: 'team' }).invitationTo('123e4567')).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await invitedTo({ [THIRD]: ONE, [ONE]: 'team' }).invitationTo(ONE)).toBe(ONE);
  });
});
