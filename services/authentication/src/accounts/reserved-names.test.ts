import { isReservedName, RESERVED_NAMES } from './reserved-names';

describe('a reserved name', () => {
  it.each(['admin', 'Admin', 'ADMIN', 'аdmin', 'аdmіn', 'ｒｏｏｔ', 'r00t', 'systern', 'everyone'])(
    'is %s',
    (username) => {
      expect(isReservedName(username, RESERVED_NAMES)).toBe(true);
    },
  );

  it.each(['ada', 'rooter', 'admin.ada', 'user1'])('is not %s', (username) => {
    expect(isReservedName(username, RESERVED_NAMES)).toBe(false);
  });

  it('is what the operator lists, and nothing else', () => {
    expect(isReservedName('acme', ['acme'])).toBe(true);
    expect(isReservedName('admin', ['acme'])).toBe(false);
  });
});
