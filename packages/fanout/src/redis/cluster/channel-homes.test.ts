import { ChannelHomes } from './channel-homes';
import { slotOf } from './key-slot';
import type { SlotMap } from './slot-map';

const mapOf = (owner: (slot: number) => string | undefined): SlotMap => ({
  owners: Array.from({ length: 16_384 }, (_, slot) => owner(slot)),
  epochs: [1, 1],
});
const ofOneNode = mapOf(() => 'a:1');
const withoutOne = (channel: string) => mapOf((slot) => (slot === slotOf(channel) ? 'b:1' : 'a:1'));

describe('where channels are subscribed', () => {
  it('is nowhere until the owners are known, and then with the owner of their slot', () => {
    const homes = new ChannelHomes();
    expect([...homes.want(['c', 'd'], undefined)]).toEqual([[undefined, ['c', 'd']]]);
    const { left, came } = homes.follow(ofOneNode);
    expect([...left]).toEqual([[undefined, ['c', 'd']]]);
    expect([...came]).toEqual([['a:1', ['c', 'd']]]);
  });

  it('changes with the owner of the slot, for those channels alone that are still wanted', () => {
    const homes = new ChannelHomes();
    homes.want(['c', 'd', 'gone'], ofOneNode);
    expect([...homes.unwant(['gone', 'never'])]).toEqual([['a:1', ['gone']]]);
    expect(homes.size).toBe(2);
    const { left, came } = homes.follow(withoutOne('c'));
    expect([...left]).toEqual([['a:1', ['c']]]);
    expect([...came]).toEqual([['b:1', ['c']]]);
    expect(homes.follow(withoutOne('c')).came.size).toBe(0);
    expect([...homes.unwant(['c', 'd'])]).toEqual([
      ['b:1', ['c']],
      ['a:1', ['d']],
    ]);
    expect(homes.follow(withoutOne('gone')).came.size).toBe(0);
  });
});
