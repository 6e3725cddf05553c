import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from '../rows';
import { EndInView } from './end-in-view';
import { LineInView } from './line-in-view';

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
  /**
   * To be called when rows have got their heights, and when scrolling ends: on iOS, where a scroll by the page would stop one by
   * a finger, the list puts rows in their places only then, and nobody has scrolled by what it moves.
   */
  readonly measured: () => void;
}

/**
 * Keeps the end in view where it was in view, and after one wrote oneself; else the line that one reads stays where it is.
 */
export function usePlace(
  rows: readonly Row[],
  frame: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
): Place {
  const before = useRef<readonly Row[]>([]);
  const end = useRef<EndInView | undefined>(undefined);
  const line = useRef<LineInView | undefined>(undefined);
  const [isAway, setAway] = useState(false);
  const [isFresh, setFresh] = useState(false);
  const [isSettled, setSettled] = useState(false);
  const isPrepended = growsAbove(before.current, rows);
  const toEnd = (): void => {
    end.current?.hold();
    line.current?.forget();
  };
  // Where the list puts rows that it has not measured it assumes heights: what that moves goes back before it is drawn,
  // and after the list has done its own part.
  const measured = (): void =>
    queueMicrotask(() => {
      if (end.current?.isHeld === true) toEnd();
      else line.current?.keep();
    });

  useLayoutEffect(() => {
    if (frame.current === null) return;
    // The list draws all rows, the first too, above their places by what it holds back.
    end.current = new EndInView(frame.current, () => -(list.current?.getItemOffset(0) ?? 0));
    line.current = new LineInView(frame.current);
    // A keyboard that opens makes the frame smaller: the end stays in view.
    const watcher = new ResizeObserver(() => end.current?.wasNear === true && toEnd());
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    const known = before.current;
    before.current = rows;
    const last = rows.at(-1);
    if (last === undefined || known === rows) return;
    const isNew = known.at(-1)?.key !== last.key;
    const isMine = last.kind === 'message' && last.message.own && last.message.state === 'sending';
    if (end.current?.wasNear === true || (isNew && isMine)) return toEnd();
    if (isNew) setFresh(true);
    measured();
  }, [rows]);
  useEffect(() => {
    if (isSettled || !rows.some((row) => row.kind === 'message')) return;
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [rows, isSettled]);

  const scrolled = (): void => {
    if (end.current === undefined || line.current === undefined) return;
    end.current.scrolled();
    setAway(!end.current.wasNear);
    if (end.current.wasNear) setFresh(false);
    if (end.current.isHeld) line.current.forget();
    else line.current.scrolled();
  };
  return { isPrepended, isAway, isFresh, isSettled, toEnd, scrolled, measured };
}

function growsAbove(before: readonly Row[], now: readonly Row[]): boolean {
  return before.length > 0 && before.length !== now.length && before.at(-1)?.key === now.at(-1)?.key;
}
