import { flag, hostPorts, optionalText, secret, text } from '@chat-app/platform';

/** How to reach Redis: one server by URL, Sentinels, or a cluster. */
export const redisVariables = {
  REDIS_URL: text({
    default: 'redis://localhost:6379',
    description: 'redis://host:port; unused where REDIS_SENTINELS or REDIS_CLUSTER is set.',
  }),
  REDIS_SENTINELS: hostPorts({ default: [], description: 'Sentinels: host:port,[IPv6]:port.' }),
  REDIS_SENTINEL_NAME: text({ default: 'mymaster', description: 'Name of the master that the Sentinels watch.' }),
  REDIS_CLUSTER: hostPorts({
    default: [],
    description: 'Some nodes of a Redis Cluster, version 7 or later: host:port,[IPv6]:port.',
  }),
  REDIS_USERNAME: optionalText({ description: 'ACL user.' }),
  REDIS_PASSWORD: secret({ optional: true, description: 'Password.' }),
  REDIS_TLS: flag({ default: false, description: 'Speak TLS to Redis.' }),
  REDIS_TLS_CA_FILE: optionalText({
    description: 'CA certificates for REDIS_TLS, a file or a directory; the default is the system CAs.',
  }),
};
