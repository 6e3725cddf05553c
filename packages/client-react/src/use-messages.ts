import type { TimelineView } from '@chat-app/client/store';
import { useCallback, useEffect } from 'react';
import { useChatStore } from './chat-provider';
import { useObservable } from './use-observable';

export interface Messages extends TimelineView {
  /** Loads the messages of a gap, for instance when it is scrolled to. */
  readonly loadGap: (gapId: string) => void;
  /** Sends a text, online or not. @throws ChatError content_…, outbox_full, closed: nothing was taken */
  readonly send: (content: string) => void;
}

/** The messages of a conversation, the newest of which are loaded. */
export function useMessages(conversationId: string): Messages {
  const store = useChatStore();
  const view = useObservable(store.timeline(conversationId));
  const loadGap = useCallback((gapId: string) => void store.loadGap(conversationId, gapId), [store, conversationId]);
  const send = useCallback((content: string) => store.send(conversationId, content), [store, conversationId]);
  const end = view.items.findLast((item) => item.kind === 'gap' && item.gap.place === 'end');
  const endId = end?.kind === 'gap' ? end.gap.gap_id : undefined;
  useEffect(() => {
    if (endId !== undefined) loadGap(endId);
  }, [endId, loadGap]);
  return { ...view, loadGap, send };
}

/**
 * Says that the user looks at a conversation, so that what it shows counts as read; undefined while they look elsewhere.
 * Call it in one component: there is one conversation at a time.
 */
export function useActiveConversation(conversationId: string | undefined): void {
  const store = useChatStore();
  useEffect(() => {
    store.setActive(conversationId);
    return () => store.setActive(undefined);
  }, [store, conversationId]);
}

/** The text that is being written in a conversation, kept over reloads, and what changes it. */
export function useDraft(conversationId: string): readonly [string, (text: string) => void] {
  const store = useChatStore();
  const text = useObservable(store.conversations).find((one) => one.conversation_id === conversationId)?.draft ?? '';
  const change = useCallback((next: string) => store.setDraft(conversationId, next), [store, conversationId]);
  return [text, change];
}
