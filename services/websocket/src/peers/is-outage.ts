import { isPlatformError } from '@chat-app/platform';

/** No answer, or one that says `later`: not one that may be about one of several questions, or of a pod that takes one only. */
export function isOutage(error: unknown): boolean {
  if (!isPlatformError(error, 'service_unavailable')) return false;
  const { status } = error.details;
  return status !== 200 && status !== 500;
}
