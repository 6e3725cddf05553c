import { z } from 'zod';
import { customDataFault } from './custom-data-fault';

/** A JSON object that a client hangs on a message, conversation or user. It is carried and returned as it is. */
export type CustomData = Record<string, unknown>;

/** Checks custom data and hands on the very object: nothing in it is copied, stripped or put in order. */
export const CustomData = z
  .custom<CustomData>((value) => customDataFault(value) === undefined, {
    error: (issue) => customDataFault(issue.input) ?? 'must be a JSON object',
  })
  .meta({ type: 'object' });
