import fc from 'fast-check';
import { ReceivedPosition } from './received-position';

const always = (): boolean => true;

describe('ReceivedPosition', () => {
  it('begins where welcome says and follows numbered entries', () => {
    const position = new ReceivedPosition(4);
    position.arrived(5);
    position.arrived(6);
    expect(position.value).toBe(6);
    expect(position.hole).toBe(false);
  });

  it('follows stored notices about messages that arrived', () => {
    const position = new ReceivedPosition(0);
    expect(position.stored(1, ['a', 'b'], always)).toEqual([]);
    expect(position.value).toBe(2);
  });

  it('does not move past a stored message that never arrived', () => {
    const position = new ReceivedPosition(0);
    expect(position.stored(1, ['a', 'b', 'c'], (id) => id !== 'b')).toEqual(['b']);
    expect(position.value).toBe(1);
    expect(position.hole).toBe(true);
    position.arrived(2);
    expect(position.value).toBe(3);
    expect(position.hole).toBe(false);
  });

  it('ignores what it already has', () => {
    const position = new ReceivedPosition(9);
    position.arrived(3);
    expect(position.stored(8, ['x', 'y'], () => false)).toEqual([]);
    expect(position.value).toBe(9);
  });

  it('learns its beginning from the first numbered entry where welcome named none', () => {
    const byEntry = new ReceivedPosition(undefined);
    expect(byEntry.value).toBeUndefined();
    byEntry.arrived(41);
    expect(byEntry.value).toBe(41);
    const byNotice = new ReceivedPosition(undefined);
    byNotice.stored(7, ['a', 'b'], always);
    expect(byNotice.value).toBe(8);
  });

  it('is always the end of the unbroken run of what arrived, in whatever order and however often', () => {
    const arrivals = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 30 }), fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(5))),
      {
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(fc.nat(10), arrivals, (start, steps) => {
        const position = new ReceivedPosition(start);
        const have = new Set<number>();
        let before = start;
        for (const step of steps) {
          const [from, count] = typeof step === 'number' ? [step, 0] : step;
          if (typeof step === 'number') position.arrived(step);
          else {
            position.stored(
              from,
              Array.from({ length: count }, (_, i) => String(i)),
              always,
            );
          }
          if (typeof step === 'number') have.add(step);
          for (let i = 0; i < count; i += 1) have.add(from + i);
          let expected = start;
          while (have.has(expected + 1)) expected += 1;
          expect(position.value).toBe(expected);
          expect(position.value).toBeGreaterThanOrEqual(before);
          expect(position.hole).toBe([...have].some((seq) => seq > expected));
          before = expected;
        }
      }),
    );
  });
});
