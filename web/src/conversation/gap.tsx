import type { GapView, TimelineView } from '@chat-app/client/store';
import { useEffect, useRef } from 'preact/hooks';
import { useChat } from '../context';
import { t } from '../texts';

interface GapProps {
  id: string;
  gap: GapView;
  timeline: TimelineView;
  mayLoad: boolean;
}

/** Messages that are not loaded: they are once this is looked at. */
export function Gap({ id, gap, timeline, mayLoad }: GapProps) {
  const { store } = useChat();
  const place = useRef<HTMLDivElement>(null);
  const { gap_id } = gap;
  const isLoading = timeline.loading.has(gap_id);
  const failed = timeline.fault !== undefined;
  const mustWait = isLoading || failed || !mayLoad;
  useEffect(() => {
    if (mustWait || place.current === null) return;
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) void store.loadGap(id, gap_id);
    });
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [store, id, gap_id, mustWait]);
  return (
    <div class="gap" ref={place}>
      {failed && !isLoading ? (
        <p>
          {t.conversation.gapFailed}{' '}
          <button class="link" type="button" onClick={() => void store.loadGap(id, gap_id)}>
            {t.list.retry}
          </button>
        </p>
      ) : (
        <p>{t.conversation.loadingGap}</p>
      )}
    </div>
  );
}
