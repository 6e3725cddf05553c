import { UnstoredMessages } from './unstored-messages';

describe('UnstoredMessages', () => {
  let messages: UnstoredMessages;
  beforeEach(() => (messages = new UnstoredMessages()));

  it('may come where they were accepted and nobody told yet that they are stored', () => {
    messages.accepted('one');
    expect(messages.mayCome('one', 0, 10)).toBe(true);
    expect(messages.mayCome('another', 0, 10)).toBe(false);
  });

  it('may have come since, where the server was asked before', () => {
    messages.accepted('one');
    messages.stored('one', 20);
    expect(messages.mayCome('one', 10, 30)).toBe(true);
    expect(messages.mayCome('one', 25, 30)).toBe(false);
    // The answer to a send that was repeated.
    messages.accepted('one');
    expect(messages.mayCome('one', 25, 30)).toBe(false);
  });

  it('are not waited for without end: one that was dead-lettered never comes', () => {
    messages.accepted('one');
    expect(messages.mayCome('one', 1_000, 1_000)).toBe(true);
    expect(messages.mayCome('one', 120_000, 120_999)).toBe(true);
    expect(messages.mayCome('one', 121_000, 121_000)).toBe(false);
  });
});
