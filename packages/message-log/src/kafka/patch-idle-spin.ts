/**
 * kafkajs 2.2.4 re-arms a timer of 1 ms per connection for ever, also while nothing is pending: 4-5 % of a core for an
 * idle client, and a TimeoutNegativeWarning on Node 24 (tulios/kafkajs#1751; the fixes #1755 and #1768 are not merged).
 * The timer is only ever needed while requests are pending: `push` arms it, and so does the check itself while some stay.
 */

/** What the patch relies on of kafkajs/src/network/requestQueue. */
export interface RequestQueueClass {
  prototype: {
    pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  };
}

const patched = new WeakSet<object>();

/**
 * Arms the timer only while requests are pending. Patching twice changes nothing.
 * @throws where the class is not the one the patch was written for
 */
export function patchIdleSpin(requestQueue: RequestQueueClass): void {
  const { prototype } = requestQueue;
  if (patched.has(prototype)) return;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const schedule = prototype.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function' || !schedule.toString().includes('throttleCheckTimeoutId')) {
    throw new Error('kafkajs is not the version whose idle timer this patch fixes (2.2.4)');
  }
  prototype.scheduleCheckPendingRequests = function (this: RequestQueueClass['prototype']): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  patched.add(prototype);
}
