export { redisVariables } from './redis-variables';
export {
  createRedisBackend,
  createRedisFanout,
  redisBackendFromConfiguration,
  redisFromConfiguration,
  type RedisBackend,
  type RedisFanoutOptions,
} from './fanout-redis';
