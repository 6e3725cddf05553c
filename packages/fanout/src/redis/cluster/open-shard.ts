import { randomBytes } from 'node:crypto';
import { BrokerFanout } from '../../adapter/broker-fanout';
import type { FanoutMetrics } from '../../adapter/fanout-metrics';
import { RedisLinks, type NodeOfCluster } from '../redis-links';
import type { RedisFanoutOptions } from '../redis-options';
import { slotOf } from './key-slot';
import { addressOf } from './slot-map';

/** One node that owns slots: the fan-out of their channels, and its connections. */
export interface Shard {
  host: string;
  links: RedisLinks;
  fanout: BrokerFanout;
}

export interface ShardOptions extends NodeOfCluster {
  /** Of all shards together: what is true of one alone is left out. */
  metrics: FanoutMetrics;
  /** Whether the node owns a slot now. */
  owns: (slot: number) => boolean;
}

const UNMEASURED = { set: () => undefined, inc: () => undefined, dec: () => undefined };

/** Connects to a node in the background. */
export function openShard(options: RedisFanoutOptions, shard: ShardOptions): Shard {
  const { host, port, metrics, owns } = shard;
  const links = new RedisLinks(options, shard);
  const fanout = new BrokerFanout(links, {
    podName: options.podName,
    logger: options.logger.child({ node: addressOf(host, port) }),
    metrics: { ...metrics, connected: UNMEASURED, channels: UNMEASURED },
    ...(options.canaryIntervalMs !== undefined && { canaryIntervalMs: options.canaryIntervalMs }),
    nameCanary: () => nameCanary(options.podName, owns),
  });
  return { host, links, fanout };
}

/** So many names find a slot of a node that has one in a thousand. */
const ATTEMPTS = 20_000;

/** A channel of this pod in one of the slots of the node; in any where it has hardly one left. */
function nameCanary(podName: string, owns: (slot: number) => boolean): string {
  // The braces that count are those around what is tried.
  const pod = podName.replaceAll(/[{}]/g, '_');
  for (let attempt = 1; ; attempt += 1) {
    const name = `canary:${pod}:{${randomBytes(6).toString('hex')}}`;
    if (attempt === ATTEMPTS || owns(slotOf(name))) return name;
  }
}
