import type { Configuration, Logger, Metrics } from '@chat-app/platform';
import { BrokerFanout } from '../adapter/broker-fanout';
import { fanoutMetrics } from '../adapter/fanout-metrics';
import type { Fanout } from '../fanout';
import type { PresenceLeases } from '../presence-leases';
import { ClusterFanout } from './cluster/fanout-cluster';
import { runOnCluster } from './cluster/run-on-cluster';
import { PODS, RedisPresenceLeases } from './presence-redis';
import { RedisLinks, throwRefusal } from './redis-links';
import { addressFrom, type RedisFanoutOptions } from './redis-options';
import type { redisVariables } from './redis-variables';

export type { RedisFanoutOptions } from './redis-options';

/**
 * Publish/subscribe through Redis, one or a cluster. Connects at once, in the background; `degraded` until then.
 * @throws PlatformError configuration_invalid
 */
export function createRedisFanout(options: RedisFanoutOptions): Fanout {
  return createRedisBackend(options).fanout;
}

/** What shares the connections to Redis: closing the fan-out ends both. */
export interface RedisBackend {
  fanout: Fanout;
  leases: PresenceLeases;
}

/** The fan-out, and the leases of presence on its publishing connection. @throws PlatformError configuration_invalid */
export function createRedisBackend(options: RedisFanoutOptions): RedisBackend {
  if (options.cluster !== undefined && options.cluster.length > 0) {
    const cluster = new ClusterFanout(options);
    return { fanout: cluster, leases: new RedisPresenceLeases(runOnCluster(cluster, PODS)) };
  }
  const links = new RedisLinks(options);
  return {
    fanout: new BrokerFanout(links, { ...options, metrics: fanoutMetrics(options.metrics) }),
    leases: new RedisPresenceLeases(async (commands) => {
      const answers = await links.run(commands);
      throwRefusal(answers);
      return answers;
    }),
  };
}

/** Both from the variables of the group `redisVariables`. @throws PlatformError configuration_invalid */
export function redisBackendFromConfiguration(
  configuration: Configuration<typeof redisVariables>,
  context: { podName: string; logger: Logger; metrics: Metrics },
): RedisBackend {
  return createRedisBackend({ ...addressFrom(configuration), ...context });
}

/** Makes the adapter from the variables of the group `redisVariables`. @throws PlatformError configuration_invalid */
export function redisFromConfiguration(
  configuration: Configuration<typeof redisVariables>,
  context: { podName: string; logger: Logger; metrics: Metrics },
): Fanout {
  return createRedisFanout({ ...addressFrom(configuration), ...context });
}
