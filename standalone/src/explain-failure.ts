import { isPlatformError } from '@chat-app/platform';

/** What a developer should do about a failed start, where that is known. */
export function explainFailure(error: Error): string | undefined {
  const { code, port } = error as Error & { code?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken by another program. Stop it, or choose another port (PORT, AUTHENTICATION_PORT, PERSISTENCE_PORT, MANAGEMENT_PORT; 0 takes any).`;
  }
  if (code === 'EACCES') {
    return `${error.message}. Choose a port above 1023 or a folder that can be written (DATA_DIRECTORY).`;
  }
  if (isPlatformError(error, 'illegal_state') || isPlatformError(error, 'database_unavailable')) return error.message;
  return undefined;
}
