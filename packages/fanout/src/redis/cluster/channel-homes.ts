import { groupBy } from '@chat-app/platform';
import { slotOf } from './key-slot';
import type { SlotMap } from './slot-map';

/** A node that owns slots, as slot maps name it; undefined where none does. */
export type Home = string | undefined;

/** Every channel that is wanted, and the node where it is subscribed. */
export class ChannelHomes {
  readonly #homes = new Map<string, Home>();

  get size(): number {
    return this.#homes.size;
  }

  /** Wants these channels, each where its slot is. */
  want(channels: readonly string[], map: SlotMap | undefined): Map<Home, string[]> {
    for (const channel of channels) this.#homes.set(channel, homeOf(channel, map));
    return this.#group(channels);
  }

  /** Wants these no longer. @returns those that were wanted, by the node where they are subscribed */
  unwant(channels: readonly string[]): Map<Home, string[]> {
    const gone = channels.filter((channel) => this.#homes.has(channel));
    const groups = this.#group(gone);
    for (const channel of gone) this.#homes.delete(channel);
    return groups;
  }

  /** Follows the slots to their owners. @returns the channels that moved, by the node they left and by the one they came to */
  follow(map: SlotMap): { left: Map<Home, string[]>; came: Map<Home, string[]> } {
    const moved = [...this.#homes]
      .filter(([channel, home]) => homeOf(channel, map) !== home)
      .map(([channel]) => channel);
    return { left: this.#group(moved), came: this.want(moved, map) };
  }

  #group(channels: readonly string[]): Map<Home, string[]> {
    return groupBy(channels, (channel) => this.#homes.get(channel));
  }
}

/** The node that owns the slot of a channel. */
export function homeOf(channel: string, map: SlotMap | undefined): Home {
  return map?.owners[slotOf(channel)];
}
