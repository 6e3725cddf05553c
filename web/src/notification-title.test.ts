import { notificationTitle } from './notification-title';

describe('the title of a notification', () => {
  it('names the sender first, so that a group’s title passes for nobody', () => {
    expect(notificationTitle('bob', undefined)).toBe('\u2068bob\u2069');
    expect(notificationTitle('bob', 'Alice')).toBe('\u2068bob\u2069, \u2068Alice\u2069');
  });

  it('isolates the directions of both, whatever marks they bring', () => {
    expect(notificationTitle('דנה', 'a\u2069\u2067b')).toBe('\u2068דנה\u2069, \u2068ab\u2069');
  });
});
