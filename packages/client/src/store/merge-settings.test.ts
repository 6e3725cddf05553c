import { mergeSettings } from './merge-settings';

describe('settings after a change', () => {
  it('are what the change names, else what they were, else as by default', () => {
    expect(mergeSettings({ receipts: 'on' }, { receipts: 'off' })).toEqual({ receipts: 'off' });
    expect(mergeSettings({ receipts: 'off' }, {})).toEqual({ receipts: 'off' });
    expect(mergeSettings(undefined, {})).toEqual({ receipts: 'on' });
  });

  it('are muted until the time that was said last, and no more where none is', () => {
    const muted_until = '2040-01-02T03:04:05.678Z';
    const muted = mergeSettings(undefined, { muted_until });
    expect(muted).toEqual({ receipts: 'on', muted_until });
    expect(mergeSettings(muted, { receipts: 'off' })).toEqual({ receipts: 'off', muted_until });
    expect(mergeSettings(muted, { muted_until: null })).toEqual({ receipts: 'on' });
  });
});
