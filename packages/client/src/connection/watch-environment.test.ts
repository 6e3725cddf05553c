import { watchEnvironment, type Environment } from './watch-environment';

const browser = () => {
  const window = new EventTarget() as EventTarget & Environment;
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  window.document = document;
  const heard: string[] = [];
  const stop = watchEnvironment(
    {
      onOnline: () => heard.push('online'),
      onOffline: () => heard.push('offline'),
      onAwake: () => heard.push('awake'),
      onFreeze: () => heard.push('freeze'),
    },
    window,
  );
  return { window, document, heard, stop };
};

describe('watchEnvironment', () => {
  it('hears the network come and go, and the page freeze and wake', () => {
    const { window, document, heard } = browser();
    for (const type of ['offline', 'online']) window.dispatchEvent(new Event(type));
    for (const type of ['freeze', 'resume', 'visibilitychange']) document.dispatchEvent(new Event(type));
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(heard).toEqual(['offline', 'online', 'freeze', 'awake', 'awake', 'awake']);
  });

  it('makes nothing of a page that is hidden, or shown for the first time', () => {
    const { window, document, heard } = browser();
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('pageshow'));
    expect(heard).toEqual([]);
  });

  it('hears nothing any more once stopped', () => {
    const { window, document, heard, stop } = browser();
    stop();
    window.dispatchEvent(new Event('online'));
    document.dispatchEvent(new Event('resume'));
    expect(heard).toEqual([]);
  });

  it('does nothing where there is no browser', () => {
    const events = { onOnline: jest.fn(), onOffline: jest.fn(), onAwake: jest.fn(), onFreeze: jest.fn() };
    expect(() => watchEnvironment(events, {})()).not.toThrow();
    expect(() => watchEnvironment(events)()).not.toThrow();
  });
});
