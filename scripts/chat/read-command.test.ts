import { readCommand } from './read-command';

describe('readCommand', () => {
  it.each([
    ['@user2 hello there', { kind: 'say', to: { user: 'user2' }, content: 'hello there' }],
    ['#team two\nlines', { kind: 'say', to: { group: 'team' }, content: 'two\nlines' }],
    ['  and again ', { kind: 'say', to: undefined, content: 'and again' }],
    ['/history', { kind: 'history', of: undefined }],
    ['/history @user2', { kind: 'history', of: { user: 'user2' } }],
    ['/history user2', { kind: 'history', of: { user: 'user2' } }],
    ['/history #team', { kind: 'history', of: { group: 'team' } }],
    ['/group the-team user2 @user3', { kind: 'group', title: 'the team', members: ['user2', 'user3'] }],
    ['/group alone', { kind: 'group', title: 'alone', members: [] }],
    ['/add #team @user4', { kind: 'add', group: 'team', user: 'user4' }],
    ['/remove team user4', { kind: 'remove', group: 'team', user: 'user4' }],
    ['/leave team', { kind: 'leave', group: 'team' }],
    ['/accept the-team', { kind: 'accept', group: 'the-team' }],
    ['/decline #team', { kind: 'decline', group: 'team' }],
    ['/list', { kind: 'list' }],
    ['/quit', { kind: 'quit' }],
    ['', { kind: 'nothing' }],
    ['@user2', { kind: 'unknown', what: '@user2' }],
    ['/add team', { kind: 'unknown', what: '/add team' }],
    ['/dance', { kind: 'unknown', what: '/dance' }],
  ])('reads %j', (line, command) => {
    expect(readCommand(line)).toEqual(command);
  });
});
