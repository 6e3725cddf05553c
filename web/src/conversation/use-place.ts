import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from '../rows';

/** This near to the end, in pixels, one is at the end and stays there. */
const END_PX = 60;
/** Gaps in view are loaded once the first rows have their place. */
const SETTLE_MS = 150;

/** Where one is in a list of messages. */
export interface Place {
  /** Whether the rows just drawn came above those before: the view is held from its end. */
  readonly isPrepended: boolean;
  /** Whether the end is out of view. */
  readonly isAway: boolean;
  /** Whether something new came while the end was out of view. */
  readonly isFresh: boolean;
  /** Whether the first rows have their place. */
  readonly isSettled: boolean;
  readonly toEnd: () => void;
  readonly scrolled: () => void;
}

/**
 * Keeps the end in view where it was in view, and after one wrote oneself; else the line that one reads stays where it is.
 */
export function usePlace(
  rows: readonly Row[],
  list: RefObject<VirtualizerHandle | null>,
  frame: RefObject<HTMLElement | null>,
): Place {
  const before = useRef<readonly Row[]>([]);
  const atEnd = useRef(true);
  const [isAway, setAway] = useState(false);
  const [isFresh, setFresh] = useState(false);
  const [isSettled, setSettled] = useState(false);
  const isPrepended = growsAbove(before.current, rows);
  const toEnd = (): void => list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  const newest = useRef(toEnd);
  newest.current = toEnd;

  useLayoutEffect(() => {
    const known = before.current;
    before.current = rows;
    const last = rows.at(-1);
    if (last === undefined || known === rows) return;
    const isNew = known.at(-1)?.key !== last.key;
    const isMine = last.kind === 'message' && last.message.own && last.message.state === 'sending';
    if (atEnd.current || (isNew && isMine)) {
      atEnd.current = true;
      toEnd();
    } else if (isNew) setFresh(true);
  }, [rows]);
  useEffect(() => {
    if (isSettled || !rows.some((row) => row.kind === 'message')) return;
    toEnd();
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [rows, isSettled]);
  useEffect(() => {
    if (frame.current === null) return;
    // A keyboard that opens makes the frame smaller: the end stays in view.
    const watcher = new ResizeObserver(() => atEnd.current && newest.current());
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, []);

  const scrolled = (): void => {
    const handle = list.current;
    if (handle === null) return;
    atEnd.current = handle.scrollOffset >= handle.scrollSize - handle.viewportSize - END_PX;
    setAway(!atEnd.current);
    if (atEnd.current) setFresh(false);
  };
  return { isPrepended, isAway, isFresh, isSettled, toEnd, scrolled };
}

function growsAbove(before: readonly Row[], now: readonly Row[]): boolean {
  return before.length > 0 && before.length !== now.length && before.at(-1)?.key === now.at(-1)?.key;
}
