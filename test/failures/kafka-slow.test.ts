/** Kafka answers a second late under load: senders wait for `accepted`, and get it; nobody is told that it was not. */
import { injectLinkFault } from './testing/inject-link-fault';
import { describeFault } from './testing/with-stack';

describeFault('when Kafka is slow under load', {}, (scene) => {
  it('accepts later, loses nothing and repeats nothing', async () => {
    const kafka = scene.stack.proxies.kafka!;
    kafka.delayMs = 1_000;
    await injectLinkFault(scene, 'kafka-slow', kafka, { mode: 'slow', meanwhile: 60 });
  });
});
