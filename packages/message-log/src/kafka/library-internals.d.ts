/** Parts of kafkajs 2.2.4 without types of their own; see patch-idle-spin.ts, patch-consumer-group.ts, patch-encoder.ts and patch-produce.ts. */
declare module 'kafkajs/src/network/requestQueue' {
  const RequestQueue: {
    prototype: { pending: readonly unknown[]; scheduleCheckPendingRequests(): void };
  };
  export = RequestQueue;
}
declare module 'kafkajs/src/protocol/encoder' {
  const Encoder: object;
  export = Encoder;
}
declare module 'kafkajs/src/protocol/requests/produce' {
  const produce: object;
  export = produce;
}
declare module 'kafkajs/src/consumer/consumerGroup' {
  const ConsumerGroup: { prototype: object };
  export = ConsumerGroup;
}
declare module 'kafkajs/src/producer/sendMessages' {
  type Attempt = (bail: (error: unknown) => never, retryCount: number, retryTime: number) => Promise<unknown>;
  const createSendMessages: (options: {
    logger: object;
    cluster: object;
    partitioner: (...args: never[]) => number;
    eosManager: object;
    retrier: (attempt: Attempt) => Promise<unknown>;
  }) => (batch: { acks: number; timeout: number; topicMessages: readonly object[] }) => Promise<unknown>;
  export = createSendMessages;
}
