import { integer, optionalText, port, secret, text } from '@chat-app/platform';

/** How to reach PostgreSQL: by URL, or by parts. */
export const postgresVariables = {
  DATABASE_URL: secret({
    optional: true,
    description: 'postgres://user:password@host:port/name; or set DATABASE_HOST.',
  }),
  DATABASE_HOST: optionalText({ description: 'Host of PostgreSQL, where DATABASE_URL is not set.' }),
  DATABASE_PORT: port({ default: 5432, description: 'Port of PostgreSQL.' }),
  DATABASE_NAME: text({ default: 'chatapp', description: 'Name of the database.' }),
  DATABASE_USER: optionalText({ description: 'Role to log in as.' }),
  DATABASE_PASSWORD: secret({ optional: true, description: 'Password of that role.' }),
  DATABASE_TLS_CA_FILE: optionalText({ description: 'CA certificates, a file or a directory; turns verified TLS on.' }),
  DATABASE_POOL_SIZE: integer({ default: 10, min: 1, max: 1_000, description: 'Maximum connections of this process.' }),
};
