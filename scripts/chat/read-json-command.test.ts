import fc from 'fast-check';
import { readJsonCommand, readJsonLine } from './read-json-command';

describe('readJsonCommand', () => {
  it.each([
    [
      { command: 'send', user: 'user2', content: 'hi' },
      { kind: 'say', to: { user: 'user2' }, content: 'hi' },
    ],
    [
      { command: 'send', group: 'team', content: '/list' },
      { kind: 'say', to: { group: 'team' }, content: '/list' },
    ],
    [
      { command: 'history', conversation_id: 'c' },
      { kind: 'history', of: { conversation_id: 'c' } },
    ],
    [
      { command: 'group', title: 'a team' },
      { kind: 'group', title: 'a team', members: [] },
    ],
    [
      { command: 'group', title: 't', members: ['u'] },
      { kind: 'group', title: 't', members: ['u'] },
    ],
    [
      { command: 'add', group: 't', user: 'u' },
      { kind: 'add', group: 't', user: 'u' },
    ],
    [
      { command: 'leave', group: 't' },
      { kind: 'leave', group: 't' },
    ],
    [{ command: 'list', more: 'than is known' }, { kind: 'list' }],
  ])('reads %j', (fields, command) => {
    expect(readJsonCommand(fields)).toEqual(command);
  });

  it.each([
    [{}, /command:/],
    [{ command: 'send', content: 'to nobody' }, /name one of/],
    [{ command: 'send', user: 'u', group: 't', content: 'to both' }, /name one of/],
    [{ command: 'send', user: 'u' }, /content: a text/],
    [{ command: 'group', title: 't', members: 'u' }, /members: a list/],
  ])('says what is wrong with %j', (fields, words) => {
    expect(() => readJsonCommand(fields)).toThrow(words);
  });
});

describe('readJsonLine', () => {
  it('takes what an answer is to be known by, and passes over empty lines', () => {
    expect(readJsonLine('{"command":"list","ref":7}')).toMatchObject({ ref: 7 });
    expect(readJsonLine('  ')).toBeUndefined();
  });

  it('refuses whatever is no object with a TypeError alone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (line) => {
        try {
          readJsonLine(line);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
