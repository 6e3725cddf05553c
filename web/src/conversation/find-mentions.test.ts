import { findMentions, isHalfName, nameBegun, namesFor } from './find-mentions';

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

  it('are no parts of words or of mail addresses', () => {
    for (const text of [
      'me@ann.example',
      'x.@bob',
      'e\u0301@bob',
      '@annex',
      '@ann_',
      '@ann-marie',
      '@bobó',
      '@bob\u0301',
    ]) {
      expect([text, findMentions(text, PEOPLE)]).toEqual([text, []]);
    }
    expect(findMentions('@ann@bob', PEOPLE)).toEqual(['1']);
    expect(findMentions('(@ann), @bob. @ANN-LEE!', PEOPLE)).toEqual(['2', '1', '3']);
  });

  it('are taken as they are written, whatever a name means to a pattern', () => {
    const people = new Map([
      ['1', 'a.b'],
      ['2', 'c+d'],
    ]);
    expect(findMentions('@axb @ccd', people)).toEqual([]);
    expect(findMentions('@a.b @c+d', people)).toEqual(['1', '2']);
  });

  it('are completed while a name is written', () => {
    expect([nameBegun('hi @An'), nameBegun('@'), nameBegun('me@an'), nameBegun('@ann ')]).toEqual([
      'an',
      '',
      undefined,
      undefined,
    ]);
  });

  it('are sent as they stand where they are somebody’s whole name, whoever is offered before', () => {
    const people = new Map(
      ['bobby', 'bob-1', 'bob-2', 'bob-3', 'bob-4', 'bob-5', 'Bob'].map((name, index) => [String(index), name]),
    );
    expect(namesFor('bob', people)).toEqual([...people.values()]);
    expect(['', 'bo', 'bob', 'bobb', 'bobby', 'bobo'].map((begun) => isHalfName(begun, people))).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});
