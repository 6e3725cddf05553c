import { UnreadCounts } from './unread-counts';

const counted = (unread: number, mentions = 0) => ({ unread, mentions });
const live = { isMention: false, isStored: false };

describe('UnreadCounts', () => {
  let counts: UnreadCounts;
  beforeEach(() => (counts = new UnreadCounts()));
  const unread = () => counts.of('a').unread;
  /** The server is asked, and answers at once. */
  const ask = (unreadThere: number, newest?: string) =>
    counts.answered('a', counts.ask(), counted(unreadThere), newest);

  it('counts what came live beside what the server counts, until it is asked after that is stored', () => {
    expect(ask(2)).toBe(false);
    counts.arrived('a', 'live', live);
    expect(unread()).toBe(3);
    expect(ask(2)).toBe(false);
    expect(unread()).toBe(3);
    expect(counts.stored(['live', 'another'])).toEqual(['a']);
    expect(ask(3)).toBe(false);
    expect(unread()).toBe(3);
    expect(ask(3)).toBe(false);
    expect(counts.stored(['live'])).toEqual([]);
  });

  it('does not ask about what is stored where no answer came before', () => {
    counts.arrived('a', 'live', live);
    expect(counts.stored(['live'])).toEqual([]);
    expect(unread()).toBe(1);
  });

  it('keeps what came and was stored while an answer was on its way, and asks again', () => {
    const askedAt = counts.ask();
    counts.arrived('a', 'live', live);
    counts.stored(['live']);
    expect(counts.answered('a', askedAt, counted(0), undefined)).toBe(true);
    expect(unread()).toBe(1);
    expect(ask(1)).toBe(false);
    expect(unread()).toBe(1);
  });

  it('keeps what came from the inbox while an answer was on its way', () => {
    const askedAt = counts.ask();
    counts.arrived('a', 'entry', { isMention: true, isStored: true });
    expect(counts.answered('a', askedAt, counted(4, 1), undefined)).toBe(true);
    expect(counts.of('a')).toEqual(counted(5, 2));
  });

  it('counts nothing twice that is not after the newest message of the answer', () => {
    counts.arrived('a', 'one', live);
    counts.arrived('a', 'two', live);
    counts.arrived('a', 'three', live);
    ask(2, 'two');
    expect(unread()).toBe(3);
    expect(counts.stored(['one'])).toEqual(['a']);
  });

  it('takes no answer that was asked for before it was read, here or elsewhere, or before another', () => {
    const early = counts.ask();
    counts.read('a', 'm', []);
    expect(counts.answered('a', early, counted(5), undefined)).toBe(true);
    expect(unread()).toBe(0);
    const before = counts.ask();
    counts.marked('a');
    expect(counts.answered('a', before, counted(5), undefined)).toBe(true);
    const first = counts.ask();
    ask(7);
    expect(counts.answered('a', first, counted(6), undefined)).toBe(true);
    expect(unread()).toBe(7);
  });

  it('leaves what came after the message that was read', () => {
    for (const id of ['one', 'two', 'three']) counts.arrived('a', id, live);
    counts.readUpTo('a', 'unknown', []);
    expect(unread()).toBe(3);
    counts.readUpTo('a', 'two', []);
    expect(unread()).toBe(1);
    counts.deleted('a', 'three');
    expect(unread()).toBe(0);
  });

  it('leaves it to the server to count what may have been stored among entries that were left out', () => {
    counts.arrived('a', 'live', live);
    counts.missed();
    ask(40);
    expect(unread()).toBe(40);
    // It was not among them.
    expect(counts.stored(['live'])).toEqual(['a']);
    expect(counts.stored(['live'])).toEqual([]);
  });

  it('asks again once a deletion is stored, and takes no answer of before', () => {
    ask(3);
    counts.deleted('a', 'one', 'deletion');
    const early = counts.ask();
    expect(counts.stored(['deletion'])).toEqual(['a']);
    expect(counts.answered('a', early, counted(3), undefined)).toBe(true);
    // Nothing is unread that could be too much.
    ask(0);
    counts.deleted('a', 'two', 'another deletion');
    expect(counts.stored(['another deletion'])).toEqual([]);
    const late = counts.ask();
    counts.deleted('a', 'three');
    expect(counts.answered('a', late, counted(1), undefined)).toBe(true);
  });

  it('asks again once the message is stored up to which it was read, where something counts as unread', () => {
    counts.read('a', 'two', ['one', 'two']);
    ask(1);
    expect(unread()).toBe(1);
    expect(counts.stored(['one'])).toEqual([]);
    expect(counts.stored(['two'])).toEqual(['a']);
    counts.read('a', 'three', ['three']);
    expect(counts.stored(['three'])).toEqual([]);
  });

  it('asks again where a message that was taken for read is stored after the one up to which that is so', () => {
    for (const id of ['one', 'two', 'three']) counts.arrived('a', id, live);
    counts.readUpTo('a', 'two', ['one', 'two', 'three']);
    expect(counts.stored(['two', 'one'])).toEqual(['a']);
    counts.arrived('a', 'four', live);
    counts.stored(['three']);
    // That one is stored already.
    counts.readUpTo('a', 'three', []);
    counts.readUpTo('a', 'four', ['four']);
    expect(counts.stored(['four'])).toEqual([]);
  });
});
