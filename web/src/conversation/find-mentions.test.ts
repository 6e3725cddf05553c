import { findMentions, nameBegun } from './find-mentions';

const PEOPLE = new Map([
  ['1', 'Ann'],
  ['2', 'ann-lee'],
  ['3', 'bob'],
]);

describe('mentions in a text', () => {
  it('are the names that stand behind an @, whatever their case, the longest first', () => {
    expect(findMentions('@ann-lee and @BOB: look', PEOPLE)).toEqual(['2', '3']);
    expect(findMentions('hello @ann', PEOPLE)).toEqual(['1']);
    expect(findMentions('bob, ann and me@example.org', PEOPLE)).toEqual([]);
  });

  it('are completed while a name is written', () => {
    expect([nameBegun('hi @An'), nameBegun('@'), nameBegun('me@an'), nameBegun('@ann ')]).toEqual([
      'an',
      '',
      undefined,
      undefined,
    ]);
  });
});
