import { requireStrongPassword } from './require-strong-password';

const code = (password: string, username?: string): string => {
  try {
    requireStrongPassword(password, 'password', username);
    return 'taken';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

describe('a new password', () => {
  it.each([
    'password',
    'Password',
    'PASSWORD1',
    '12345678',
    'qwertyuiop',
    'ｐａｓｓｗｏｒｄ',
    'letmein1',
    ' password ',
  ])('is none of the commonest: %s', (password) => {
    expect(code(password)).toBe('password_too_common');
  });

  it.each(['chat-app-2026', 'Chat_App!!', '12345chat', 'MyChat#1234'])('is no word of this context: %s', (password) => {
    expect(code(password)).toBe('password_too_common');
  });

  it.each([
    ['Grace.Hopper', 'grace.hopper'],
    ['ｇｒａｃｅ.ｈｏｐｐｅｒ', 'Grace.Hopper'],
  ])('is not the name of its user: %s', (password, username) => {
    expect(code(password, username)).toBe('password_too_common');
  });

  it.each([
    ['eight spaces', ' '.repeat(8)],
    ['blanks of other kinds', '\u00a0\u3000\u2003\t\u00a0\u3000\u2003\t'],
    ['shorter than eight characters, whatever their size', '😀'.repeat(7)],
    ['shorter once normalised', 'e\u0301'.repeat(7)],
  ])('is not %s', (_what, password) => {
    expect(code(password)).toBe('invalid_request');
  });

  it.each(['correct horse battery', '        x', 'пароль для чата', '😀😁😂🤣😃😄😅😆'])('may be %s', (password) => {
    expect(code(password, 'somebody')).toBe('taken');
  });
});
