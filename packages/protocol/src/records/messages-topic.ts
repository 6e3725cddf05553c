/** Topic of accepted events. Key = conversation id, value = the record of the event's kind as JSON. */
export const MESSAGES_TOPIC = 'messages';

/** Headers of a record on `messages`. */
export const MESSAGE_HEADERS = {
  /** The event's kind; absent = `message`. */
  kind: 'kind',
  /** How often storing it failed because of the event itself; decimal, absent = 0. */
  retryCount: 'retry-count',
  /** How often it was moved back from `dead-messages`; decimal, absent = 0. */
  redriveCount: 'redrive-count',
  /** W3C trace context of the send. */
  traceparent: 'traceparent',
} as const;
