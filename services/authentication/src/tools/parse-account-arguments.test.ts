import { ACCOUNT_USAGE, parseAccountArguments } from './parse-account-arguments';

describe('the arguments of the account command', () => {
  it.each(['show', 'disable', 'enable', 'end-sessions', 'reset-password'])('name an act and a user: %s', (act) => {
    expect(parseAccountArguments([act, 'ada'])).toEqual({ act, user: 'ada' });
  });

  it.each([[[]], [['disable']], [['disable', '']], [['delete', 'ada']], [['disable', 'ada', 'bob']], [['show', '-x']]])(
    'are refused with the usage: %j',
    (args) => {
      expect(() => parseAccountArguments(args)).toThrow(ACCOUNT_USAGE);
    },
  );
});
