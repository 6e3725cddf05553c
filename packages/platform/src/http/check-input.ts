import type { z } from 'zod';
import { httpError, type ErrorTable } from './http-error';

/**
 * Checks one part of a request against its schema.
 * @throws HttpError invalid_request naming the faulty fields, without repeating what was sent
 */
export function checkInput(
  part: 'path' | 'query' | 'body',
  schema: z.ZodType | undefined,
  value: unknown,
  errors: ErrorTable,
): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw httpError(errors, 'invalid_request', describeFaults(part, parsed.error, value));
}

const SHOWN_FAULTS = 10;

function describeFaults(part: string, error: z.ZodError, value: unknown): string {
  if (part === 'body' && value === undefined) return 'body: a JSON object is required';
  const faults = error.issues.slice(0, SHOWN_FAULTS).map((issue) => {
    const field = issue.path.map(String).join('.');
    return `${field === '' ? part : field}: ${issue.message}`;
  });
  const more = error.issues.length - SHOWN_FAULTS;
  return more > 0 ? `${faults.join('; ')}; and ${more} more` : faults.join('; ');
}
