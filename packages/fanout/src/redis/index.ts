export { createRedisFanout, redisFromConfiguration, type RedisFanoutOptions } from './fanout-redis';
