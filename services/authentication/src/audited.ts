import { HttpError, markRecorded, type AuditAction, type HttpResult, type RouteRequest } from '@chat-app/platform';
import type { Context } from './context';

/** Whom a request turned out to be about. */
export interface AuditSubject {
  userId?: string;
}

type AuditedRequest = Pick<RouteRequest<unknown, unknown, unknown>, 'address' | 'caller'>;
type Handler<Request> = (request: Request, subject: AuditSubject) => Promise<HttpResult>;

/**
 * An endpoint's handler whose outcome is recorded in the audit log: who, from where, how it ended. What ends by a fault of the
 * service itself is in its log, not there.
 * @param handle fills in the subject as soon as it is known
 * @param successes whether a success is recorded, which may hang on whether there was anything to do
 */
export function audited<Request extends AuditedRequest>(
  { audit }: Context,
  action: AuditAction,
  handle: Handler<Request>,
  { successes = () => true }: { successes?: (subject: AuditSubject) => boolean } = {},
): (request: Request) => Promise<HttpResult> {
  return async (request) => {
    const subject: AuditSubject = {};
    // There is a caller exactly where the endpoint is for users.
    const caller = request.caller as typeof request.caller | undefined;
    const about = () => ({
      action,
      address: request.address,
      user_id: subject.userId ?? caller?.userId,
      session_id: caller?.sessionId,
    });
    try {
      const result = await handle(request, subject);
      if (successes(subject)) audit.record({ ...about(), outcome: 'succeeded' });
      return result;
    } catch (thrown) {
      if (thrown instanceof HttpError) {
        const { code } = thrown;
        const outcome = code === 'rate_limited' || code === 'overloaded' ? 'throttled' : 'refused';
        audit.record({ ...about(), outcome, reason: code });
        markRecorded(thrown);
      }
      throw thrown;
    }
  };
}
