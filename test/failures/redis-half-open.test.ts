/**
 * The link to Redis goes half-open under load: connections stay, bytes go nowhere, the library sees nothing wrong. The
 * canary, which each pod publishes to itself, is what notices.
 */
import { injectLinkFault } from './testing/inject-link-fault';
import { describeFault } from './testing/with-stack';

describeFault('when the link to Redis is half-open under load', {}, (scene) => {
  it('notices, delivers by way of the inbox, and is live again when bytes pass', async () => {
    await injectLinkFault(scene, 'redis-half-open', scene.stack.proxies.redis, { mode: 'stall', meanwhile: 600 });
  });
});
