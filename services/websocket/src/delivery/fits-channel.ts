import {
  conversationChannel,
  directConversationId,
  eventKind,
  isEventKind,
  presenceChannel,
  ENDED_SESSIONS_CHANNEL,
  userChannel,
  type ChannelEnvelope,
  type EventEnvelope,
  type TypingEnvelope,
} from '@chat-app/protocol';

/** Whether what an envelope is about is what its channel is about. */
export function fitsChannel(envelope: ChannelEnvelope, channel: string): boolean {
  switch (envelope.kind) {
    case 'event':
      if (channel.startsWith(USER_PREFIX)) return true;
      return !isPersonal(envelope) && channel === conversationChannel(envelope.conversation_id);
    case 'state':
      return channel.startsWith(USER_PREFIX) || channel === conversationChannel(envelope.conversation_id);
    case 'signed_out':
      // Where authentication alone may publish.
      return channel === ENDED_SESSIONS_CHANNEL;
    case 'presence':
      return channel === presenceChannel(envelope.user_id);
    case 'typing':
      return channel === conversationChannel(envelope.conversation_id) || isOfDirect(envelope, channel);
    case 'blocks_changed':
      return channel === userChannel(envelope.user_id);
    case 'stored':
      // Only positions of the channel's own subscribers are looked at.
      return true;
  }
}

const USER_PREFIX = userChannel('');

/** Whether the conversation is the direct one of whoever types and the channel's user. */
function isOfDirect({ user_id, conversation_id }: TypingEnvelope, channel: string): boolean {
  if (!channel.startsWith(USER_PREFIX)) return false;
  return directConversationId(user_id, channel.slice(USER_PREFIX.length)) === conversation_id;
}

/** It concerns one user alone. Of a kind of a later version that is not known. */
function isPersonal({ event_kind }: EventEnvelope): boolean {
  return isEventKind(event_kind) && eventKind(event_kind).isPersonal === true;
}

/** It concerns what this pod subscribes to for a user: persistence alone is believed. */
export function isVouchedFor({ event_kind }: EventEnvelope): boolean {
  return event_kind === 'joined' || event_kind === 'left';
}
