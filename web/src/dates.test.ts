import { Dates } from './dates';

const NOW = new Date(2026, 0, 2, 15, 0, 0).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('dates of the page', () => {
  const dates = new Dates({ language: 'en', today: 'Today', yesterday: 'Yesterday' }, () => NOW);
  const ago = (ms: number): string => dates.ago(new Date(NOW - ms).toISOString());

  it('say how long something is ago in its largest unit, by the days of this place', () => {
    expect([0, 59_000, 10 * MINUTE, 59 * MINUTE, 60 * MINUTE, 14 * HOUR].map(ago)).toEqual([
      '1 minute ago',
      '1 minute ago',
      '10 minutes ago',
      '59 minutes ago',
      '1 hour ago',
      '14 hours ago',
    ]);
    expect([16 * HOUR, 30 * HOUR, 24 * 9 * HOUR].map(ago)).toEqual(['yesterday', 'yesterday', '9 days ago']);
  });

  it('never say of a clock that is behind that something is yet to come', () => {
    expect(ago(-5 * MINUTE)).toBe('1 minute ago');
  });
});
