/** A part of kafkajs 2.2.4 without types of its own; see patch-idle-spin.ts. */
declare module 'kafkajs/src/network/requestQueue' {
  const RequestQueue: {
    prototype: { pending: readonly unknown[]; scheduleCheckPendingRequests(): void };
  };
  export = RequestQueue;
}
