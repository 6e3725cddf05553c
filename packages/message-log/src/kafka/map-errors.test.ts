import {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { PlatformError } from '@chat-app/platform';
import { appendError, isMembershipLost, isTooLarge } from './map-errors';

const protocol = (type: string): Error =>
  new KafkaJSProtocolError({ type, message: type, code: 1, retriable: true, name: '', helpUrl: '' } as never);

describe('errors of kafkajs', () => {
  it('calls a broker that is down retryable, although kafkajs calls it NonRetriable', () => {
    const refused = new KafkaJSNonRetriableError(new KafkaJSConnectionError('connect ECONNREFUSED'));
    expect(appendError(refused, 'messages')).toMatchObject({
      code: 'log_unavailable',
      retryable: true,
      details: { topic: 'messages', kafka_error: 'KafkaJSNonRetriableError' },
      cause: refused,
    });
  });

  it.each([
    'NOT_ENOUGH_REPLICAS',
    'NOT_LEADER_FOR_PARTITION',
    'REQUEST_TIMED_OUT',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'TOPIC_AUTHORIZATION_FAILED',
  ])('calls %s unavailable, and says so in the details', (type) => {
    const error = appendError(protocol(type), 'messages');
    expect(error).toMatchObject({ code: 'log_unavailable', retryable: true, details: { kafka_error: type } });
  });

  it.each(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])(
    'calls %s too large, wherever it stands in the causes',
    (type) => {
      const wrapped = new KafkaJSNumberOfRetriesExceeded(protocol(type), { retryCount: 3, retryTime: 1 });
      expect(isTooLarge(wrapped)).toBe(true);
      expect(appendError(wrapped, 'messages')).toMatchObject({ code: 'log_record_too_large', retryable: false });
    },
  );

  it('leaves a PlatformError as it is, and makes one of anything else', () => {
    const error = new PlatformError('log_closed', 'closed');
    expect(appendError(error, 'messages')).toBe(error);
    expect(appendError('text', 'messages')).toMatchObject({ code: 'log_unavailable' });
  });

  it('knows when a membership must be renewed', () => {
    for (const type of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']) {
      expect(isMembershipLost(protocol(type))).toBe(true);
    }
    expect(isMembershipLost(protocol('REQUEST_TIMED_OUT'))).toBe(false);
    expect(isMembershipLost(undefined)).toBe(false);
  });
});
