/**
 * Load that counts: pairs of users send to each other while something happens to the cluster, and afterwards every accepted
 * message must have reached its recipient, stand once in the history, and the inboxes must have no holes.
 *
 * AUTHENTICATION_URL, PERSISTENCE_URL, WEBSOCKET_URL; PAIRS=10, RATE=50 (messages a second, all pairs), DURATION_S=30,
 * SETTLE_S=60. SIGUSR2 ends the sending before DURATION_S is over. Prints one line of JSON and exits with 1 where anything is missing.
 */
import { directConversationId, type ServerFrame } from '@chat-app/protocol';
import { readHistory, registerUser } from './api';
import { SmokeConnection } from './smoke-connection';

interface Pair {
  sender: SmokeConnection;
  recipient: SmokeConnection;
  /** Ids in the order of acceptance. */
  accepted: string[];
}

interface Settings {
  authenticationUrl: string;
  persistenceUrl: string;
  websocketUrl: string;
  pairs: number;
  rate: number;
  durationMs: number;
  settleMs: number;
}

async function main(settings: Settings): Promise<boolean> {
  const pairs = await Promise.all(Array.from({ length: settings.pairs }, () => connectPair(settings)));
  console.log(`ready: ${pairs.length} pairs`);
  try {
    const { sent, failures, latencies } = await sendAll(pairs, settings);
    const deadline = Date.now() + settings.settleMs;
    await until(deadline, () =>
      pairs.every(({ recipient, accepted }) => accepted.every((id) => recipient.received.has(id))),
    );
    const lost = pairs.map((pair) => pair.accepted.filter((id) => !pair.recipient.received.has(id)).length);
    const stored = await Promise.all(pairs.map((pair) => storedOf(pair, settings, deadline)));
    const holes = pairs.flatMap(({ sender, recipient }) => [holesOf(sender), holesOf(recipient)]);
    const connections = pairs.flatMap(({ sender, recipient }) => [sender, recipient]);
    latencies.sort((a, b) => a - b);
    const result = {
      sent,
      accepted: sum(pairs.map(({ accepted }) => accepted.length)),
      failures,
      undelivered: sum(lost),
      unstored: sum(stored.map(({ missing }) => missing)),
      stored_twice: sum(stored.map(({ twice }) => twice)),
      holes: sum(holes),
      reconnects: sum(connections.map(({ counts }) => counts.connects - 1)),
      resends: sum(connections.map(({ counts }) => counts.resends)),
      repeats: sum(connections.map(({ counts }) => counts.repeats)),
      accept_ms: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: quantile(latencies, 1) },
    };
    console.log(`result: ${JSON.stringify(result)}`);
    const { accepted, undelivered, unstored, stored_twice } = result;
    return accepted === sent && sent > 0 && failures + undelivered + unstored + stored_twice + result.holes === 0;
  } finally {
    for (const { sender, recipient } of pairs) {
      sender.close();
      recipient.close();
    }
  }
}

async function connectPair({ authenticationUrl, websocketUrl }: Settings): Promise<Pair> {
  const deadline = Date.now() + 60_000;
  const one = await registerUser(authenticationUrl, 'load', deadline);
  const other = await registerUser(authenticationUrl, 'load', deadline);
  const pair = {
    sender: new SmokeConnection(websocketUrl, one),
    recipient: new SmokeConnection(websocketUrl, other),
    accepted: [],
  };
  const isWelcome = (frame: ServerFrame) => frame.type === 'welcome';
  await Promise.all([pair.sender, pair.recipient].map((connection) => connection.next(isWelcome, 60_000, 'welcome')));
  return pair;
}

/** Sends at the rate, whatever the answers do, and waits for all of them. */
async function sendAll(pairs: Pair[], { rate, durationMs, settleMs }: Settings) {
  const latencies: number[] = [];
  const answers: Promise<void>[] = [];
  let sent = 0;
  let failures = 0;
  const started = Date.now();
  let enough = false;
  process.once('SIGUSR2', () => (enough = true));
  while (!enough && Date.now() - started < durationMs) {
    const due = Math.floor(((Date.now() - started) / 1_000) * rate);
    for (; sent < due; sent += 1) {
      const pair = pairs[sent % pairs.length];
      if (pair === undefined) break;
      const at = Date.now();
      answers.push(
        pair.sender.send(pair.recipient.user.id, `message ${sent}`).then(
          (accepted) => {
            pair.accepted.push(accepted.message_id);
            latencies.push(Date.now() - at);
          },
          () => {
            failures += 1;
          },
        ),
      );
    }
    await pause(20);
  }
  await Promise.race([Promise.all(answers), pause(settleMs, false)]);
  return { sent, failures, latencies };
}

async function storedOf({ sender, recipient, accepted }: Pair, { persistenceUrl }: Settings, deadline: number) {
  const conversation = directConversationId(sender.user.id, recipient.user.id);
  for (;;) {
    const history = await readHistory(persistenceUrl, recipient.user, conversation, deadline);
    const ids = history.map((message) => message.message_id);
    const missing = accepted.filter((id) => !ids.includes(id)).length;
    if (missing === 0 || Date.now() > deadline) return { missing, twice: ids.length - new Set(ids).size };
    await pause(500);
  }
}

/** Inbox positions that were jumped over. */
function holesOf({ positions }: SmokeConnection): number {
  if (positions.size === 0) return 0;
  const all = [...positions];
  const first = all.reduce((a, b) => Math.min(a, b));
  const last = all.reduce((a, b) => Math.max(a, b));
  return last - first + 1 - positions.size;
}

async function until(deadline: number, holds: () => boolean): Promise<void> {
  while (!holds() && Date.now() < deadline) await pause(100);
}

/** `holds`: whether the process stays for it. */
function pause(ms: number, holds = true): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!holds) timer.unref();
  });
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function quantile(sorted: number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

function settingsFrom(environment: NodeJS.ProcessEnv): Settings {
  const text = (name: string): string => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    authenticationUrl: text('AUTHENTICATION_URL'),
    persistenceUrl: text('PERSISTENCE_URL'),
    websocketUrl: text('WEBSOCKET_URL'),
    pairs: Number(environment['PAIRS'] ?? 10),
    rate: Number(environment['RATE'] ?? 50),
    durationMs: Number(environment['DURATION_S'] ?? 30) * 1_000,
    settleMs: Number(environment['SETTLE_S'] ?? 60) * 1_000,
  };
}

main(settingsFrom(process.env)).then(
  (held) => (process.exitCode = held ? 0 : 1),
  (error: unknown) => {
    console.error(`failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
