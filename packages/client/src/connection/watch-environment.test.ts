import { watchEnvironment, type Environment } from './watch-environment';

const browser = () => {
  const window = new EventTarget() as EventTarget & Environment;
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  window.document = document;
  const received: string[] = [];
  const stop = watchEnvironment(
    {
      onOnline: () => received.push('online'),
      onOffline: () => received.push('offline'),
      onAwake: () => received.push('awake'),
      onFreeze: () => received.push('freeze'),
    },
    window,
  );
  return { window, document, received, stop };
};

describe('watchEnvironment', () => {
  it('notices the network come and go, and the page freeze and wake', () => {
    const { window, document, received } = browser();
    for (const type of ['offline', 'online']) window.dispatchEvent(new Event(type));
    for (const type of ['freeze', 'resume', 'visibilitychange']) document.dispatchEvent(new Event(type));
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(received).toEqual(['offline', 'online', 'freeze', 'awake', 'awake', 'awake']);
  });

  it('makes nothing of a page that is hidden, or shown for the first time', () => {
    const { window, document, received } = browser();
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('pageshow'));
    expect(received).toEqual([]);
  });

  it('notices nothing any more once stopped', () => {
    const { window, document, received, stop } = browser();
    stop();
    window.dispatchEvent(new Event('online'));
    document.dispatchEvent(new Event('resume'));
    expect(received).toEqual([]);
  });

  it('does nothing where there is no browser', () => {
    const events = { onOnline: jest.fn(), onOffline: jest.fn(), onAwake: jest.fn(), onFreeze: jest.fn() };
    expect(() => watchEnvironment(events, {})()).not.toThrow();
    expect(() => watchEnvironment(events)()).not.toThrow();
  });
});
