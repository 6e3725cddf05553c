import { InvitationBudgets } from './invitation-budgets';

const MINUTE_MS = 60_000;

describe('invitations', () => {
  const names = (count: number, of = 'other'): string[] => Array.from({ length: count }, (_, n) => `${of} ${n}`);

  it('of one user to one other are so many an hour', () => {
    const budgets = new InvitationBudgets(2);
    expect([0, 0, 0].map((now) => budgets.take('ann', ['bob'], now)?.waitMs)).toEqual([
      undefined,
      undefined,
      30 * MINUTE_MS,
    ]);
    expect(budgets.take('eve', ['bob'], 0)).toBeUndefined();
    expect(budgets.take('ann', ['bob'], 30 * MINUTE_MS)).toBeUndefined();
  });

  it('are taken together or not at all', () => {
    const budgets = new InvitationBudgets(1);
    budgets.take('ann', ['bob'], 0);
    expect(budgets.take('ann', ['carol', 'bob', 'dora'], 0)?.reason).toContain('bob');
    expect(budgets.take('ann', ['carol', 'dora'], 0)).toBeUndefined();
    budgets.give('ann', ['carol', 'dora']);
    expect(budgets.take('ann', ['carol', 'dora'], 0)).toBeUndefined();
  });

  it('to more others than are kept of a user make that user wait and nobody else', () => {
    const budgets = new InvitationBudgets(10, 100, 1_000);
    expect(budgets.take('ann', names(100), 0)).toBeUndefined();
    expect(budgets.take('ann', ['one more'], 0)?.waitMs).toBeGreaterThan(0);
    expect(budgets.take('eve', ['one more'], 0)).toBeUndefined();
    expect(budgets.take('ann', ['one more'], 6 * MINUTE_MS)).toBeUndefined();
  });

  it('of however many accounts stop nobody, and are kept in bounded room', () => {
    const budgets = new InvitationBudgets(10, 100, 1_000);
    for (const account of names(300, 'account')) expect(budgets.take(account, names(100), 0)).toBeUndefined();
    expect(budgets.size).toBeLessThanOrEqual(1_000);
    expect(budgets.take('ann', ['bob'], 0)).toBeUndefined();
  });

  it('of users who do nothing any more make room', () => {
    const budgets = new InvitationBudgets(10, 100, 1_000);
    for (const [n, account] of names(3_000, 'account').entries()) budgets.take(account, ['bob'], n * 1_000);
    expect(budgets.size).toBeLessThanOrEqual(1_000);
  });
});
