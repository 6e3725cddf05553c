import { ChatError } from '../errors';
import { Blocks } from './blocks';

describe('the blocks of a store', () => {
  it('are what the server lists and what any device changes', async () => {
    const calls: string[] = [];
    const blocks = new Blocks({
      list: async () => [{ user_id: 'ann', blocked_at: '' }],
      block: async (userId) => void calls.push(`block ${userId}`),
      unblock: async (userId) => void calls.push(`unblock ${userId}`),
    });
    await blocks.load();
    const first = blocks.view.get();
    await blocks.set('bob', true);
    expect([...blocks.view.get()]).toEqual(['ann', 'bob']);
    expect([...first]).toEqual(['ann']);
    blocks.changed({ blocked_user_id: 'ann', blocked: false });
    await blocks.set('bob', false);
    expect([...blocks.view.get()]).toEqual([]);
    expect(calls).toEqual(['block bob', 'unblock bob']);
  });

  it('stay where the server refuses', async () => {
    const refuse = () => Promise.reject(new ChatError('too_many_blocks', 'too many', false));
    const blocks = new Blocks({ list: refuse, block: refuse, unblock: refuse });
    await blocks.load();
    await expect(blocks.set('ann', true)).rejects.toThrow('too many');
    expect(blocks.view.get().size).toBe(0);
  });
});
