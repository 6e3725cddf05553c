import type { LoadFigures } from './scenarios/load';
import { faultsOf, table } from './table';

const saturated = (system: string, ownCpuUs: number, more: Partial<LoadFigures> = {}): LoadFigures => ({
  scenario: 'saturate',
  system,
  pairs: 1,
  perSecond: 1_000,
  ownCpuUs,
  behindCpuUs: 1,
  cpuUs: {},
  sent: 1,
  received: 1,
  lost: 0,
  duplicated: 0,
  disordered: 0,
  ...more,
});

describe('the table of a benchmark', () => {
  it('has the medians of the systems side by side, and no row that nobody has', () => {
    const text = table([saturated('a', 30), saturated('a', 10), saturated('a', 20), saturated('b', 5)]);
    expect(text).toContain('| measure | a | b |');
    expect(text).toContain('| saturated: own CPU µs a message | 20 | 5 |');
    expect(text).not.toContain('drain');
  });

  it('has rows of each rate that was asked for', () => {
    const text = table([
      { ...saturated('a', 30), scenario: 'steady, 3,000/s' },
      { ...saturated('a', 90), scenario: 'steady, 100/s' },
    ]);
    expect(text).toContain('| 3,000/s: own CPU µs a message | 30 |');
    expect(text).toContain('| 100/s: own CPU µs a message | 90 |');
  });

  it('counts what was lost, came twice, was overtaken, and what the checker found', () => {
    const verified = { pairs: 1, accepted: 1, shown: 1, broken: { 'order broken': 4 } };
    const broken = saturated('a', 1, { lost: 1, duplicated: 2, disordered: 3, verified });
    expect(faultsOf([broken, saturated('a', 1)])).toBe(10);
    expect(table([broken])).toContain('| lost, duplicated, disordered, promises broken | 10 |');
  });
});
