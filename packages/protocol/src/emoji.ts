import { LIMITS } from './limits';

/** No space, no control character, nothing that turns the direction of what stands around it. */
const EMOJI = /^[^\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u;
const encoder = new TextEncoder();

/** Whether a text can be what somebody reacts with: an emoji or a short word without spaces, of 1 to `LIMITS.emojiBytes`. */
export function isEmoji(text: string): boolean {
  // A name that objects of JavaScript keep for themselves, and reactions are told as an object by emoji.
  return EMOJI.test(text) && text !== '__proto__' && encoder.encode(text).length <= LIMITS.emojiBytes;
}
