import { HistoryPieces } from './history-pieces';

interface Message {
  message_id: string;
}
const at = (n: number): Message => ({ message_id: String(n) });
const from = (first: number, last: number): Message[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => at(first + index));
const ids = (messages: readonly Message[]): number[] => messages.map((one) => Number(one.message_id));
const shown = (pieces: HistoryPieces<Message>): number[][] => pieces.runs.map(ids);

describe('HistoryPieces', () => {
  let pieces: HistoryPieces<Message>;
  beforeEach(() => (pieces = new HistoryPieces()));

  it('knows nothing at first, and of an empty conversation that it is empty', () => {
    expect([pieces.atBeginning, pieces.atEnd]).toEqual([false, false]);
    expect(pieces.readNewest([], false, false)).toBe(true);
    expect([pieces.atBeginning, pieces.atEnd, shown(pieces)]).toEqual([true, true, []]);
  });

  it('joins entries of the inbox to the newest page', () => {
    pieces.readNewest(from(1, 3), false, false);
    pieces.entry(at(4));
    expect(shown(pieces)).toEqual([[1, 2, 3, 4]]);
  });

  it('keeps a gap where entries were left out, until its messages are read', () => {
    pieces.readNewest(from(1, 3), false, false);
    pieces.missed();
    expect(pieces.atEnd).toBe(false);
    pieces.entry(at(120));
    expect(shown(pieces)).toEqual([[1, 2, 3], [120]]);
    pieces.readNewest(from(71, 120), true, true);
    expect(shown(pieces)).toEqual([[1, 2, 3], ids(from(71, 120))]);
    pieces.readBefore('71', from(21, 70), true);
    expect(shown(pieces)).toEqual([[1, 2, 3], ids(from(21, 120))]);
    pieces.readBefore('21', from(2, 20), true);
    expect(shown(pieces)).toEqual([ids(from(1, 120))]);
    expect(pieces.atBeginning).toBe(true);
  });

  it('has no gap where nothing of this conversation was left out', () => {
    pieces.readNewest(from(1, 3), false, false);
    pieces.missed();
    pieces.readNewest(from(1, 3), false, false);
    expect([shown(pieces), pieces.atEnd]).toEqual([[[1, 2, 3]], true]);
  });

  it('puts a catch-up that is under way before a page that is ahead of it, and joins them where they meet', () => {
    pieces.entry(at(1));
    pieces.readNewest(from(4, 6), true, true);
    expect(shown(pieces)).toEqual([[1], [4, 5, 6]]);
    for (const n of [2, 3, 4, 5, 6, 7]) pieces.entry(at(n));
    expect(shown(pieces)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  });

  it('says that a page has no certain place where entries came while it was read', () => {
    pieces.missed();
    pieces.entry(at(9));
    expect(pieces.readNewest(from(4, 6), true, false)).toBe(false);
    expect(pieces.readNewest(from(5, 9), true, true)).toBe(true);
    expect(shown(pieces)).toEqual([[5, 6, 7, 8, 9]]);
  });

  it('puts live messages after everything, and in the order of the store once they are in it', () => {
    pieces.readNewest(from(1, 2), false, false);
    for (const n of [4, 3]) pieces.arrived(at(n));
    expect([shown(pieces), ids(pieces.unstored)]).toEqual([[[1, 2]], [4, 3]]);
    for (const n of ['3', '4']) pieces.stored(n);
    expect([shown(pieces), pieces.unstored]).toEqual([[[1, 2, 3, 4]], []]);
  });

  describe('where entries were left out after a live message that was not stored yet', () => {
    beforeEach(() => {
      pieces.readNewest(from(1, 3), true, false);
      for (const n of [4, 5]) pieces.arrived(at(n));
      pieces.missed();
    });

    it('puts what comes afterwards after it, and finds its place when the gap is read', () => {
      for (const n of [131, 132]) pieces.entry(at(n));
      expect([shown(pieces), pieces.unstored]).toEqual([
        [
          [1, 2, 3, 4, 5],
          [131, 132],
        ],
        [],
      ]);
      expect(pieces.newest).toEqual(at(132));
      pieces.readNewest(from(83, 132), true, true);
      pieces.readBefore('83', from(33, 82), true);
      expect(shown(pieces)).toEqual([[1, 2, 3, 4, 5], ids(from(33, 132))]);
      pieces.readBefore('33', from(3, 32), true);
      expect([shown(pieces), pieces.unstored]).toEqual([[ids(from(1, 132))], []]);
    });

    it('takes its number, should it be stored only then', () => {
      pieces.entry(at(130));
      pieces.stored('5');
      expect(shown(pieces)).toEqual([
        [1, 2, 3, 4],
        [130, 5],
      ]);
      pieces.readBefore('130', [...from(2, 4), ...from(6, 129)], true);
      expect(shown(pieces)).toEqual([[1, 2, 3, 4, ...ids(from(6, 130)), 5]]);
    });

    it('lets it wait at the end again where nothing of this conversation was left out', () => {
      pieces.readNewest(from(2, 4), true, false);
      expect([shown(pieces), ids(pieces.unstored), pieces.atEnd]).toEqual([[[1, 2, 3, 4]], [5], true]);
      pieces.entry(at(5));
      expect([shown(pieces), pieces.unstored]).toEqual([[[1, 2, 3, 4, 5]], []]);
    });
  });

  it('lets a live message wait at the end where nothing is stored at all', () => {
    pieces.arrived(at(1));
    pieces.missed();
    expect([shown(pieces), pieces.atEnd]).toEqual([[], false]);
    pieces.readNewest([], false, false);
    expect([shown(pieces), ids(pieces.unstored), pieces.atEnd]).toEqual([[], [1], true]);
  });

  it('claims no beginning where an empty history was left and entries were left out since', () => {
    pieces.readNewest([], false, false);
    pieces.missed();
    for (const n of [111, 112]) pieces.entry(at(n));
    expect([pieces.atBeginning, shown(pieces)]).toEqual([false, [[111, 112]]]);
  });

  describe('where the newest page was read ahead of the inbox', () => {
    beforeEach(() => {
      pieces = new HistoryPieces((one, other) => Number(one.message_id) < Number(other.message_id));
      pieces.readNewest(from(71, 120), true, false);
    });

    it('puts the entries before it, and joins them where they meet', () => {
      pieces.entry(at(70));
      expect(shown(pieces)).toEqual([[70], ids(from(71, 120))]);
      for (let n = 71; n <= 121; n += 1) pieces.entry(at(n));
      expect(shown(pieces)).toEqual([ids(from(70, 121))]);
    });

    it('puts entries behind it once the inbox is as far', () => {
      for (const n of [120, 121]) pieces.entry(at(n));
      expect(shown(pieces)).toEqual([ids(from(71, 121))]);
    });

    it('puts an entry behind it that came after it was read', () => {
      pieces.entry(at(121));
      expect(shown(pieces)).toEqual([ids(from(71, 121))]);
    });
  });

  it('shows a live message once that a page holds as well', () => {
    pieces.arrived(at(3));
    pieces.readNewest(from(1, 3), false, false);
    pieces.arrived(at(3));
    pieces.entry(at(3));
    expect([shown(pieces), pieces.unstored]).toEqual([[[1, 2, 3]], []]);
  });

  it('gives what was read the order of the store', () => {
    pieces.readNewest(from(1, 3), true, false);
    pieces.readBefore('1', [at(-1), at(0)], false);
    expect([shown(pieces), pieces.atBeginning]).toEqual([[[-1, 0, 1, 2, 3]], true]);
  });

  it('changes a message in place, wherever it stands', () => {
    pieces.readNewest(from(1, 2), true, false);
    pieces.arrived(at(3));
    const seen: string[] = [];
    for (const id of ['1', '3', '9']) {
      seen.push(`${id} ${pieces.update(id, (one) => (seen.push(`change ${one.message_id}`), { ...one }))}`);
    }
    expect(seen).toEqual(['change 1', '1 true', 'change 3', '3 true', '9 false']);
  });

  it('forgets everything where the history is another one', () => {
    pieces.readNewest(from(1, 2), false, false);
    pieces.arrived(at(3));
    pieces.reset();
    expect([pieces.runs, pieces.unstored, pieces.has('1'), pieces.atEnd, pieces.atBeginning]).toEqual([
      [],
      [],
      false,
      false,
      false,
    ]);
  });
});
