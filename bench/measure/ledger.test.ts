import { Ledger } from './ledger';

describe('the ledger of a load', () => {
  it('knows what was lost, what came twice and what was overtaken', () => {
    const ledger = new Ledger('');
    const [first, second, third] = [ledger.write(7), ledger.write(7), ledger.write(7)] as [string, string, string];
    ledger.write(8);
    expect(ledger.read(first)).toBe(7);
    expect(ledger.read(third)).toBe(7);
    expect(ledger.read(second)).toBe(7);
    expect(ledger.read(second)).toBeUndefined();
    expect(ledger.read(new Ledger('').write(7))).toBeUndefined();
    expect(ledger.history()).toEqual({ sent: 4, received: 3, lost: 1, duplicated: 1, disordered: 1 });
    expect(ledger.takeLatencies()).toHaveLength(3);
    expect(ledger.takeLatencies()).toHaveLength(0);
  });
});
