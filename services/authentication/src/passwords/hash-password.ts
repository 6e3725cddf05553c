import { hash, parseOptions, verify } from '@node-rs/argon2';

/**
 * argon2id as OWASP's Password Storage Cheat Sheet advises: 19 MiB, two passes, one lane. The library's default algorithm
 * is argon2id. What is stored is a PHC string, so hashes of former parameters stay verifiable.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const ARGON2ID = 2;

/** Hashes a prepared password with a random salt, on a thread of its own. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/** Whether the password is the one that was hashed. @throws where `stored` is no hash */
export function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, password);
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdatedHash(stored: string): boolean {
  const options = parseOptions(stored);
  return (
    Number(options.algorithm) !== ARGON2ID ||
    options.memoryCost !== PARAMETERS.memoryCost ||
    options.timeCost !== PARAMETERS.timeCost ||
    options.parallelism !== PARAMETERS.parallelism ||
    options.outputLen !== PARAMETERS.outputLen
  );
}
