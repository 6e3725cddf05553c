import { SeenLive } from './seen-live';

describe('SeenLive', () => {
  it('moves the marker to what is stored last of what was read, once all of that is', () => {
    const seen = new SeenLive();
    seen.read('a', 'second', ['first', 'second']);
    expect(seen.stored(['second', 'other'])).toEqual([]);
    expect(seen.stored(['first'])).toEqual([['a', 'first']]);
    expect(seen.stored(['first'])).toEqual([]);
  });

  it('leaves the marker of what is stored in the order in which it came', () => {
    const seen = new SeenLive();
    seen.read('a', 'second', ['first', 'second']);
    expect(seen.stored(['first', 'second'])).toEqual([]);
    seen.read('a', 'third', ['third', 'fourth']);
    seen.read('a', 'fifth', []);
    expect(seen.stored(['third', 'fourth'])).toEqual([]);
  });
});
