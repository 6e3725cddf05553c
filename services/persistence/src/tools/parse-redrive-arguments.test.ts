import { readRedriveArguments } from './parse-redrive-arguments';

describe('the arguments of the redrive job', () => {
  it('has defaults that move at most 1,000 messages', () => {
    expect(readRedriveArguments([])).toEqual({ limit: 1_000, dryRun: false, force: false });
  });

  it('reads each of them', () => {
    const id = '6F1C1F2E-8F0B-5A53-9D5E-0D6E0C8F7A11';
    const args = ['--code', '23514', '--since', '2026-01-02T03:04:05Z', '--conversation', id, '--limit', '5'];
    expect(readRedriveArguments([...args, '--dry-run', '--force'])).toEqual({
      code: '23514',
      since: new Date('2026-01-02T03:04:05Z'),
      conversationId: id.toLowerCase(),
      limit: 5,
      dryRun: true,
      force: true,
    });
  });

  it('refuses what it cannot read, and shows the usage', () => {
    for (const args of [
      ['--since', 'yesterday'],
      ['--limit', '0'],
      ['--limit'],
      ['--conversation', 'x'],
      ['--all'],
      ['x'],
    ]) {
      expect(() => readRedriveArguments(args)).toThrow(/redrive \[--code CODE\]/);
    }
  });
});
