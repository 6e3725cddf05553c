/**
 * Kafka appends, but its answers are lost under load: nobody can know that the message is written. It is sent again, by
 * the pod and then by the client, and stands in the log twice; it is stored and shown once.
 */
import type { LogRecord } from '@chat-app/message-log';
import { describeFault } from './testing/with-stack';
import { readTopic } from './testing/stores';

describeFault("when Kafka's answers are lost after it appended, under load", {}, (scene) => {
  it('stores and shows once what stands in the log more than once', async () => {
    const kafka = scene.stack.proxies.kafka!;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    const since = Date.now();
    kafka.mode = 'drop-responses';
    try {
      await load.when(
        () => load.devices.some(({ retryable }) => retryable.some(({ at }) => at > since)),
        'a client is told that the outcome is unknown',
      );
    } finally {
      kafka.mode = 'pass';
      // What was asked before will never be answered: such a link is dead.
      kafka.cut();
    }
    load.healed();
    await load.more('shown', 200, 120_000);
    const { broken } = await load.finish('kafka-response-lost', 180_000);
    expect(broken).toEqual({});
    const accepted = new Set(load.observations.flatMap((one) => (one.kind === 'accepted' ? [one.message_id] : [])));
    const ids = (await readTopic(scene.stack.backends, 'messages')).map(messageId).filter((id) => accepted.has(id));
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
  });
});

/** Empty for what other tests left in the topic and nobody can read. */
function messageId({ value }: LogRecord): string {
  return /"message_id":"([^"]+)"/.exec(value ?? '')?.[1] ?? '';
}
