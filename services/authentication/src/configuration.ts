import { flag, integer, list, optionalHttpUrl, type Configuration } from '@chat-app/platform';
import { RESERVED_NAMES } from './accounts/reserved-names';

/** Environment variables of this service beyond those that every service has. */
export const authenticationVariables = {
  ACCESS_TOKEN_TTL_S: integer({
    default: 600,
    min: 30,
    max: 86_400,
    description: 'Life of an access token in seconds; a stolen one is good for this long.',
  }),
  REFRESH_TOKEN_TTL_S: integer({
    default: 2_592_000,
    min: 60,
    max: 31_536_000,
    description: 'Seconds after which a session that was not refreshed is over.',
  }),
  SESSIONS_PER_USER: integer({
    default: 50,
    min: 1,
    max: 10_000,
    description: 'Sessions that a user may have at once; beginning another ends the one unused for longest.',
  }),
  PASSWORDS_WAITING: integer({
    default: 100,
    min: 1,
    max: 10_000,
    description:
      'Passwords that may wait for their turn to be hashed; networks take turns, beyond it log-ins are answered 503.',
  }),
  LOGINS_PER_USER_PER_MINUTE: integer({
    default: 60,
    min: 1,
    max: 1_000_000,
    description: 'Sessions that a user may begin in a minute, over all pods.',
  }),
  LOOKUPS_PER_USER_PER_MINUTE: integer({
    default: 120,
    min: 1,
    max: 1_000_000,
    description: 'Names that a user may look up in a minute, per pod.',
  }),
  USER_DIRECTORY: flag({
    default: true,
    description: 'People are found by the beginning of their name; off: by their whole name alone.',
  }),
  RESERVED_USERNAMES: list({
    default: RESERVED_NAMES,
    description: 'Names that nobody may register, nor anything that looks like one.',
  }),
  DEVICE_PROOF_TTL_S: integer({
    default: 15_552_000,
    min: 60,
    max: 157_680_000,
    description:
      'Seconds for which a device that a user logged in from is not delayed by those who guess the password.',
  }),
  SESSION_MAX_AGE_S: integer({
    default: 31_536_000,
    min: 60,
    max: 315_360_000,
    description: 'Seconds after which a session is over, however often it was refreshed: its user logs in again.',
  }),
  BREACHED_PASSWORDS_URL: optionalHttpUrl({
    description:
      'What the first five digits of the SHA-1 of a new password are appended to, to ask whether it is known from a breach.',
  }),
  BREACHED_PASSWORDS_TIMEOUT_MS: integer({
    default: 2_000,
    min: 100,
    max: 10_000,
    description: 'How long that may take; then the password is taken, milliseconds.',
  }),
  DEMO_USERS: flag({
    default: false,
    description:
      'Creates user1 to user5 with passwords that everyone knows. Never where it matters; off, those there are are disabled.',
  }),
  REGISTRATIONS_PER_MINUTE: integer({
    default: 120,
    min: 1,
    max: 1_000_000,
    description:
      'Registrations taken from one address (IPv6: one /64; 4 times that of a /56, 16 times of a /48) in a minute.',
  }),
  FAILED_LOGINS_PER_MINUTE: integer({
    default: 60,
    min: 1,
    max: 1_000_000,
    description:
      'Failed logins taken from one address (IPv6: one /64; 4 times that of a /56, 16 times of a /48) in a minute.',
  }),
};

export type AuthenticationConfiguration = Configuration<typeof authenticationVariables>;
