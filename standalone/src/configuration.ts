import { hostname } from 'node:os';
import { authenticationVariables } from '@chat-app/authentication';
import { persistenceVariables } from '@chat-app/persistence';
import {
  commonVariables,
  configurationInvalid,
  flag,
  integer,
  optionalText,
  parseConfiguration,
  text,
  type Configuration,
  type Environment,
} from '@chat-app/platform';
import { websocketVariables } from '@chat-app/websocket';

const { PERSISTENCE_URL: _persistence, AUTHENTICATION_URL: _authentication, ...websocket } = websocketVariables;
const { INTERNAL_SECRET: _secret, ...common } = commonVariables;

/** Variables of the standalone: the services' own, with defaults for a first try on one machine. */
export const standaloneVariables = {
  ...common,
  ...authenticationVariables,
  ...persistenceVariables,
  ...websocket,
  HOST: text({ default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 lets other machines in.' }),
  PORT: integer({ default: 8080, max: 65_535, description: 'Port of everything: page, HTTP APIs and sockets.' }),
  AUTHENTICATION_PORT: integer({ default: 8000, max: 65_535, description: 'Port of authentication alone.' }),
  PERSISTENCE_PORT: integer({ default: 8090, max: 65_535, description: 'Port of persistence alone.' }),
  PUBLIC_URL: optionalText({
    description: 'Address by which people reach it, where that is a name; https://chat.example.',
  }),
  DATA_DIRECTORY: text({ default: 'data', description: 'Folder of the database and the signing key.' }),
  DEMO_USERS: flag({
    default: true,
    description:
      'Creates user1 to user5 with passwords pwd1 to pwd5; by default only where HOST is this machine alone.',
  }),
  ENDPOINT_SETTLE_MS: integer({ default: 0, description: 'There is no proxy to wait for.' }),
  DRAIN_WINDOW_MS: integer({ default: 500, description: 'Time over which clients are sent away at the end.' }),
};

export type StandaloneConfiguration = Configuration<typeof standaloneVariables> & {
  /** Names it answers to, beside addresses and localhost: a page that points its own name here is not answered. */
  readonly ALLOWED_HOSTS: readonly string[];
};

/** @throws PlatformError configuration_invalid */
export function standaloneConfiguration(environment: Environment): StandaloneConfiguration {
  const configuration = parseConfiguration(environment, standaloneVariables);
  const { HOST, PUBLIC_URL, ALLOWED_ORIGINS } = configuration;
  if (PUBLIC_URL !== undefined && !(/^https?:/.test(PUBLIC_URL) && URL.canParse(PUBLIC_URL))) {
    throw configurationInvalid([{ variable: 'PUBLIC_URL', fault: 'must be a URL: https://chat.example' }]);
  }
  const urls = [...ALLOWED_ORIGINS, ...(PUBLIC_URL === undefined ? [] : [PUBLIC_URL])].filter((url) =>
    URL.canParse(url),
  );
  // Passwords that everyone knows, where other machines can try them: only by an explicit word.
  const asked = (environment['DEMO_USERS'] ?? '') !== '';
  return Object.freeze({
    ...configuration,
    DEMO_USERS: configuration.DEMO_USERS && (asked || isLoopback(HOST)),
    ALLOWED_HOSTS: [HOST, hostname(), ...urls.map((url) => new URL(url).hostname)],
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
