/**
 * What shows that a user logged in from this browser before, so that others who guess the password do not delay the next
 * log-in. It opens nothing, and stays when its user logs out.
 */
const KEY = 'chat-app.device-proofs';
/** Users of one browser that are remembered. */
const MAX_USERS = 8;

/** What the server gave this user's last log-in here. */
export function deviceProof(username: string): string | undefined {
  return proofs().find(([name]) => name === nameKey(username))?.[1];
}

/** Keeps it for the next log-in of this user. */
export function keepDeviceProof(username: string, proof: string | undefined): void {
  if (proof === undefined) return;
  const others = proofs().filter(([name]) => name !== nameKey(username));
  try {
    localStorage.setItem(KEY, JSON.stringify([[nameKey(username), proof], ...others].slice(0, MAX_USERS)));
  } catch {
    // No room: the next log-in goes without.
  }
}

function proofs(): [string, string][] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown;
    const isProof = (entry: unknown) => Array.isArray(entry) && entry.every((text) => typeof text === 'string');
    return Array.isArray(kept) ? (kept.filter(isProof) as [string, string][]) : [];
  } catch {
    return [];
  }
}

function nameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}
