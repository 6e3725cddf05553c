/** What a stack still holds after all clients have gone, and what it should not have said meanwhile. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Stack } from './stack';

const GONE_WITHIN_MS = 30_000;
/** Errors of programming: no outage excuses them. */
const MISTAKES = /"level":"fatal"|unhandled|uncaught|TypeError|RangeError|ReferenceError|SyntaxError: (?!Unexpected)/i;

/** Names every leak: sockets and channels of users who left, processes that ended, mistakes in the logs. */
export async function findLeaks(stack: Stack, users: readonly string[]): Promise<string[]> {
  const end = Date.now() + GONE_WITHIN_MS;
  let held = await heldNow(stack, users);
  // Channels and sockets are let go of soon after, and nothing tells when.
  while (held.length > 0 && Date.now() < end) {
    await delay(100);
    held = await heldNow(stack, users);
  }
  return [...held, ...ended(stack), ...mistakes(stack)];
}

async function heldNow(stack: Stack, users: readonly string[]): Promise<string[]> {
  const sockets = await Promise.all(
    stack.pods.websocket
      .filter((pod) => pod.wanted)
      .map(async (pod) => ({ name: pod.name, open: await pod.metric('chat_websocket_connections') })),
  );
  const held = sockets.filter(({ open }) => open !== 0).map(({ name, open }) => `${name} holds ${open} connections`);
  const redis = new Redis(stack.backends.redis.port, '127.0.0.1');
  try {
    const channels = (await redis.pubsub('CHANNELS', 'user:*')) as string[];
    const left = channels.filter((channel) => users.includes(channel.slice('user:'.length)));
    return left.length === 0 ? held : [...held, `${left.length} channels of users who left are subscribed`];
  } finally {
    redis.disconnect();
  }
}

function ended(stack: Stack): string[] {
  return stack.allPods.filter((pod) => pod.wanted && !pod.process.running).map((pod) => `${pod.name} ended by itself`);
}

function mistakes(stack: Stack): string[] {
  return stack.allPods.flatMap((pod) => {
    const file = pod.process.logFile;
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => MISTAKES.test(line));
    return lines.slice(0, 2).map((line) => `${pod.name} logged ${line.slice(0, 400)}`);
  });
}
