import { PlatformError } from '@chat-app/platform';
import type { AppendOrder } from '../message-log';

/** @throws PlatformError log_unavailable where one before it failed */
export function checkOrder(order: AppendOrder | undefined): void {
  if (order?.failed === true) throw new PlatformError('log_unavailable', 'a record before it was not confirmed');
}
