/**
 * Signals: what is worthless a minute later. They travel over the fan-out alone, nothing keeps or repeats them, and nothing
 * promises that they come. A new signal is one file beside this one and one line in each list.
 */
import { PresenceFrame, WatchRequest } from './presence';
import { TypingFrame, TypingRequest } from './typing';

/** Frames by which clients ask for signals, by type of frame. */
export const SIGNAL_REQUESTS = { typing: TypingRequest, watch: WatchRequest } as const;

/** Frames that tell of signals, by type of frame. */
export const SIGNAL_FRAMES = { typing: TypingFrame, presence: PresenceFrame } as const;

/** A frame by which a client asks for a signal. */
export type SignalRequest = TypingRequest | WatchRequest;
/** A frame that tells of a signal. */
export type SignalFrame = TypingFrame | PresenceFrame;
