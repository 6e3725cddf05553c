import { PlatformError } from '@chat-app/platform';
import { fanoutMetrics, type FanoutMetrics } from '../../adapter/fanout-metrics';
import { FanoutStatus } from '../../adapter/fanout-status';
import type { Fanout, FanoutState } from '../../fanout';
import { runOnce, throwRefusal, type RedisCommands } from '../redis-links';
import { clusterAddresses, type RedisFanoutOptions } from '../redis-options';
import { askNodes, type AskedMaps, type AskedNode } from './ask-nodes';
import { ChannelHomes, homeOf, type Home } from './channel-homes';
import { openShard, type Shard } from './open-shard';
import { redirectionOf } from './redirection';
import type { ClusterNodes } from './run-on-cluster';
import { haveSameOwners, isComplete, newestOf, nodesOf, parseNode, type SlotMap } from './slot-map';
import { SlotWatch } from './watch-slots';

/**
 * Publish/subscribe through a Redis Cluster: each channel on the node that owns its slot, by a fan-out of its own over that
 * node's connections. So a node that fails takes its own channels with it, and no others.
 *
 * State: `connected` while every slot has an owner and the fan-out of every owner is connected. Channels whose slot has another
 * owner move there, and the gap is told when they are subscribed.
 */
export class ClusterFanout implements Fanout, ClusterNodes {
  readonly #options: RedisFanoutOptions;
  readonly #metrics: FanoutMetrics;
  readonly #status: FanoutStatus;
  readonly #seeds: readonly AskedNode[];
  readonly #watch: SlotWatch;
  readonly #shards = new Map<string, Shard>();
  readonly #homes = new ChannelHomes();
  #map: SlotMap | undefined;
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  /** Shards that own nothing any more, on their way out. */
  #retired: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** Connects in the background. @throws PlatformError configuration_invalid */
  constructor(options: RedisFanoutOptions) {
    this.#options = options;
    this.#metrics = fanoutMetrics(options.metrics);
    this.#metrics.channels.set(0);
    this.#status = new FanoutStatus(options.logger, this.#metrics.connected);
    this.#seeds = clusterAddresses(options.cluster ?? []).map((address) => ({
      host: address.host,
      run: (commands) => runOnce(options, address, commands),
    }));
    this.#watch = new SlotWatch({ look: () => this.#look(), isSettled: () => this.state === 'connected' });
    void this.#watch.look();
  }

  get state(): FanoutState {
    return this.#status.state;
  }

  async publish(channel: string, payload: string): Promise<number | undefined> {
    const shard = this.#shardOf(homeOf(channel, this.#map));
    if (shard !== undefined && this.#closed === undefined) return shard.fanout.publish(channel, payload);
    this.#metrics.publishFailures.inc();
    throw this.#unavailable('the payload was not published');
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    if (this.#closed !== undefined) throw this.#unavailable('not subscribed');
    const groups = this.#homes.want(channels, this.#map);
    this.#metrics.channels.set(this.#homes.size);
    await this.#subscribe(groups);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    const groups = this.#homes.unwant(channels);
    this.#metrics.channels.set(this.#homes.size);
    await this.#unsubscribe(groups);
  }

  onMessage(receiver: (channel: string, payload: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  onGap(listener: () => void): void {
    this.#status.onGap(listener);
  }

  onStateChange(listener: (state: FanoutState) => void): void {
    this.#status.onStateChange(listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  ownerOf(slot: number): string {
    const owner = this.#map?.owners[slot];
    if (owner === undefined) throw new Error(`no node of the cluster is known to own slot ${slot}`);
    return owner;
  }

  async run(node: string, commands: RedisCommands): Promise<readonly unknown[]> {
    const shard = this.#shardOf(node);
    if (shard === undefined) throw new Error(`${node} is not known to own slots`);
    return shard.links.run(commands);
  }

  moved(): void {
    void this.#watch.look();
  }

  async #look(): Promise<void> {
    const { maps, error } = await this.#ask();
    if (this.#closed !== undefined) return;
    const newest = newestOf(maps);
    if (newest !== undefined) this.#take(newest);
    else if (this.#map === undefined) this.#status.degrade('no node of the cluster says who owns its slots', error);
  }

  /** The nodes that are known; those that the configuration names where none of them answers, or none is known yet. */
  async #ask(): Promise<AskedMaps> {
    const shards = [...this.#shards.values()];
    const known = await askNodes(shards.map(({ host, links }) => ({ host, run: (commands) => links.run(commands) })));
    return known.maps.length > 0 ? known : askNodes(this.#seeds);
  }

  #take(map: SlotMap): void {
    const isNew = this.#map === undefined || !haveSameOwners(this.#map, map);
    this.#map = map;
    if (isNew) this.#follow(map);
    if (isComplete(map)) this.#judge();
    else this.#status.degrade('slots of the cluster have no owner', undefined);
  }

  #follow(map: SlotMap): void {
    const nodes = nodesOf(map);
    for (const node of nodes) if (!this.#shards.has(node)) this.#open(node);
    void this.#moveChannels(map);
    for (const [node, { fanout }] of this.#shards) {
      if (nodes.has(node)) continue;
      this.#shards.delete(node);
      this.#retired = Promise.all([this.#retired, fanout.close()]);
    }
  }

  #open(node: string): void {
    const shard = openShard(this.#options, {
      ...parseNode(node),
      metrics: this.#metrics,
      owns: (slot) => this.#map?.owners[slot] === node,
      slotsMoved: () => this.#watch.look(),
      publishElsewhere: (refusal, channel, payload) => this.#publishElsewhere(node, refusal, channel, payload),
    });
    this.#shards.set(node, shard);
    shard.fanout.onMessage((channel, payload) => this.#receiver(channel, payload));
    shard.fanout.onGap(() => this.#tellGap());
    shard.fanout.onStateChange((state) => {
      if (this.#shards.get(node) !== shard) return;
      if (state === 'degraded') void this.#watch.look();
      this.#judge();
    });
  }

  /** Subscribes at their new homes the channels whose slot has another owner than before, and then tells the gap. */
  async #moveChannels(map: SlotMap): Promise<void> {
    const { left, came } = this.#homes.follow(map);
    if (came.size === 0) return;
    // What fails is repeated by the shard, which tells the gap then.
    await Promise.all([this.#unsubscribe(left), this.#subscribe(came).catch(() => undefined)]);
    this.#tellGap();
  }

  async #subscribe(groups: ReadonlyMap<Home, readonly string[]>): Promise<void> {
    const answers = await Promise.allSettled(
      [...groups].map(async ([home, channels]) => {
        const shard = this.#shardOf(home);
        if (shard === undefined) throw this.#unavailable('not subscribed yet');
        await shard.fanout.subscribe(channels);
      }),
    );
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  async #unsubscribe(groups: ReadonlyMap<Home, readonly string[]>): Promise<void> {
    await Promise.all([...groups].map(async ([home, channels]) => this.#shardOf(home)?.fanout.unsubscribe(channels)));
  }

  async #publishElsewhere(node: string, refusal: unknown, channel: string, payload: string): Promise<unknown> {
    const there = redirectionOf(refusal, parseNode(node).host);
    if (there === undefined) throw refusal;
    this.moved();
    const answers = await this.run(there.node, [['spublish', channel, payload]]);
    throwRefusal(answers);
    return answers[0];
  }

  /** While degraded the gap is told at its end. */
  #tellGap(): void {
    if (this.state === 'connected' && this.#closed === undefined) this.#status.tellGap();
  }

  #judge(): void {
    if (this.#closed !== undefined || this.#map === undefined || !isComplete(this.#map)) return;
    const away = [...this.#shards].filter(([, { fanout }]) => fanout.state === 'degraded').map(([node]) => node);
    if (away.length === 0) this.#status.recover(this.#homes.size);
    // One that was never connected says itself why it is not.
    else if (this.state === 'connected') this.#status.degrade(`not connected to ${away.join(', ')}`, undefined);
  }

  #shardOf(home: Home): Shard | undefined {
    return home === undefined ? undefined : this.#shards.get(home);
  }

  async #close(): Promise<void> {
    const shards = [...this.#shards.values()].map(({ fanout }) => fanout.close());
    await Promise.all([this.#watch.close(), this.#retired, ...shards]);
  }

  #unavailable(message: string): PlatformError {
    const reason = this.#closed === undefined ? 'no node is known to own its slot' : 'the fan-out was closed';
    return new PlatformError('fanout_unavailable', `${message}: ${reason}`);
  }
}
