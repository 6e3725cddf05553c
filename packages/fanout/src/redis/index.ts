export { redisVariables } from './redis-variables';
export { createRedisFanout, redisFromConfiguration, type RedisFanoutOptions } from './fanout-redis';
