import { LIMITS } from './limits';

/** Marks on one letter beyond which a text is defaced rather than spelled (UTS 39, section 5.4). */
const MAX_MARKS = 4;
/** What emoji are joined of, and chosen by: two joiners and selectors, and the letters of flags. Nothing else that nobody sees. */
const JOINING = /\u200d|\ufe0e|\ufe0f|[\u{e0020}-\u{e007f}]/gu;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
const DEFACED = new RegExp(`^\\p{M}|[\\p{Mn}\\p{Me}]{${MAX_MARKS + 1}}`, 'u');
/** No space, no control character, nothing that turns the direction of what stands around it. */
const EMOJI = /^[^\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u;
const encoder = new TextEncoder();

/**
 * Whether a text can be what somebody reacts with: an emoji or a short word without spaces, of 1 to `LIMITS.emojiBytes`, that
 * can be seen.
 */
export function isEmoji(text: string): boolean {
  const visible = text.replace(JOINING, '');
  if (visible === '' || INVISIBLE.test(visible) || DEFACED.test(text)) return false;
  // A name that objects of JavaScript keep for themselves, and reactions are told as an object by emoji.
  return EMOJI.test(text) && text !== '__proto__' && encoder.encode(text).length <= LIMITS.emojiBytes;
}
