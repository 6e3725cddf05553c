import { mergeSettings } from './merge-settings';

describe('settings after a change', () => {
  it('are what the change names, else what they were, else as by default', () => {
    expect(mergeSettings({ receipts: 'on' }, { receipts: 'off' })).toEqual({ receipts: 'off' });
    expect(mergeSettings({ receipts: 'off' }, {})).toEqual({ receipts: 'off' });
    expect(mergeSettings(undefined, {})).toEqual({ receipts: 'on' });
  });
});
