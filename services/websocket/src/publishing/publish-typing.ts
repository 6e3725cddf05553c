import {
  conversationChannel,
  directConversationId,
  LIMITS,
  userChannel,
  writeEnvelope,
  type TypingRequest,
} from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Fanout } from '@chat-app/fanout';
import type { Clock } from '../clock';
import type { Connection } from '../connections/connection';
import type { WebsocketMetrics } from '../metrics';
import type { GroupSizes } from './find-group-sizes';
import type { DirectPartners } from './find-direct-partners';
import type { TypingLimits } from './limit-typing';

export interface TypingPublisherDependencies {
  fanout: Fanout;
  limits: TypingLimits;
  partners: DirectPartners;
  sizes: GroupSizes;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Passes on that a user types, to whoever is online: on the channel of the other user of a direct conversation, or on that
 * of the group. No promise: what cannot be passed on, or may not, is dropped and not answered.
 */
export class TypingPublisher {
  constructor(private readonly dependencies: TypingPublisherDependencies) {}

  /** Neither throws nor rejects. */
  publish(connection: Connection, { conversation_id, recipient_id, active }: TypingRequest): void {
    const { limits, metrics, clock } = this.dependencies;
    const { userId } = connection;
    const conversationId = conversation_id ?? directConversationId(userId, recipient_id ?? userId);
    if (!limits.take(userId, conversationId, active, clock.monotonic())) {
      metrics.signalsDropped.add('limited');
    } else if (connection.user?.groups.has(conversationId) === true) {
      this.#toGroup(userId, conversationId, active);
    } else this.#toPartner(userId, conversationId, active);
  }

  #toGroup(userId: string, conversationId: string, active: boolean): void {
    // Of thousands somebody always types: nobody would read it, and each signal costs as much as a message.
    if (this.dependencies.sizes.sizeOf(conversationId, userId).members > LIMITS.typingMembers) {
      this.dependencies.metrics.signalsDropped.add('large_group');
    } else this.#publish(conversationChannel(conversationId), userId, conversationId, active);
  }

  #toPartner(userId: string, conversationId: string, active: boolean): void {
    const publishTo = (partner: string | undefined): void => {
      if (partner === undefined) this.dependencies.metrics.signalsDropped.add('no_member');
      // Nobody is told of their own typing.
      else if (partner !== userId) this.#publish(userChannel(partner), userId, conversationId, active);
    };
    const partner = this.dependencies.partners.find(userId, conversationId);
    if (partner instanceof Promise) void partner.then(publishTo);
    else publishTo(partner);
  }

  #publish(channel: string, user_id: string, conversation_id: string, active: boolean): void {
    const { fanout, metrics, logger } = this.dependencies;
    const payload = writeEnvelope({ kind: 'typing', conversation_id, user_id, active });
    fanout.publish(channel, payload).catch((error: unknown) => {
      metrics.signalsDropped.add('not_published');
      if (!isPlatformError(error, 'fanout_unavailable')) logger.error('a signal was not published', { error });
    });
  }
}
