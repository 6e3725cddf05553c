import { integer } from '@chat-app/platform';

const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;

/** The variables: days, 0 for never. */
export const retentionVariables = {
  CONFIRMED_ENTRY_DAYS: integer({
    default: 7,
    min: 0,
    max: MAX_DAYS,
    description: 'Days after which an inbox entry that every device of its user confirmed is removed; 0: never.',
  }),
  ENTRY_DAYS: integer({
    default: 90,
    min: 0,
    max: MAX_DAYS,
    description:
      'Days after which an inbox entry is removed, confirmed or not: a device is told how many it missed; 0: never.',
  }),
  MESSAGE_DAYS: integer({
    default: 0,
    min: 0,
    max: MAX_DAYS,
    description:
      'Days after which messages are removed, a month of them at a time (below 60: a week); entries of inboxes go no later; 0: never.',
  }),
  REDRIVEN_MESSAGE_DAYS: integer({
    default: 60,
    min: 0,
    max: MAX_DAYS,
    description: 'Days after which a dead message that was moved back is removed from the archive; 0: never.',
  }),
  DEAD_MESSAGE_DAYS: integer({
    default: 0,
    min: 0,
    max: MAX_DAYS,
    description: 'Days after which a dead message that nobody moved back is removed, and lost with it; 0: never.',
  }),
};

type Values = { readonly [Name in keyof typeof retentionVariables]: number };

/** How long rows are kept, in milliseconds; undefined: for ever. */
export interface RetentionSettings {
  readonly confirmedEntryMs: number | undefined;
  readonly entryMs: number | undefined;
  readonly messageMs: number | undefined;
  readonly redrivenMessageMs: number | undefined;
  readonly deadMessageMs: number | undefined;
}

export function retentionFrom(values: Values): RetentionSettings {
  const time = (days: number): number | undefined => (days === 0 ? undefined : days * DAY_MS);
  const [messageMs, entryMs] = [time(values.MESSAGE_DAYS), time(values.ENTRY_DAYS)];
  return {
    confirmedEntryMs: time(values.CONFIRMED_ENTRY_DAYS),
    // An entry is its message: it ends first.
    entryMs: messageMs === undefined ? entryMs : Math.min(messageMs, entryMs ?? messageMs),
    messageMs,
    redrivenMessageMs: time(values.REDRIVEN_MESSAGE_DAYS),
    deadMessageMs: time(values.DEAD_MESSAGE_DAYS),
  };
}
