import type { TimelineView } from '@chat-app/client/store';
import { useMemo, useRef, useState } from 'preact/hooks';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { dates, useChat } from '../context';
import { Icon } from '../icons';
import { rowsOf, type Row } from '../rows';
import { t } from '../texts';
import { useObservable } from '../use-observable';
import { Announcer } from './announcer';
import { Gap } from './gap';
import { Message } from './message';
import { usePlace } from './use-place';

/** The messages of a conversation. Only those near the view are in the document. */
export function MessageList({ id, isGroup }: { id: string; isGroup: boolean }) {
  const { store, client } = useChat();
  const timeline = useObservable(store.timeline(id));
  const rows = useMemo(() => rowsOf(timeline), [timeline]);
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const place = usePlace(rows, frame, list);
  const [focused, setFocused] = useState<number>();
  const keepFocused = (event: FocusEvent): void => {
    const row = (event.target as Element).closest('[data-row]')?.getAttribute('data-row');
    setFocused(row === null || row === undefined ? undefined : Number(row));
  };
  return (
    <div class="messages-frame">
      <div
        class="messages"
        ref={frame}
        role="region"
        aria-label={t.conversation.messages}
        tabIndex={0}
        onFocusCapture={keepFocused}
      >
        <div class="spring" />
        <Virtualizer
          ref={list}
          data={rows}
          shift={place.isPrepended}
          onScroll={place.scrolled}
          onScrollEnd={place.measured}
          onResize={place.measured}
          keepMounted={focused !== undefined && focused < rows.length ? [focused] : []}
        >
          {(row: Row, index: number) => (
            <div key={row.key} data-row={index} class="row">
              <RowView
                row={row}
                id={id}
                isGroup={isGroup}
                timeline={timeline}
                mayLoad={place.isSettled || rows.length === 1}
              />
            </div>
          )}
        </Virtualizer>
      </div>
      {rows.length === 0 && <p class="none">{t.conversation.empty}</p>}
      {place.isAway && <ToEnd isFresh={place.isFresh} onClick={place.toEnd} />}
      <Announcer id={id} userId={client.userId} />
    </div>
  );
}

interface RowProps {
  row: Row;
  id: string;
  isGroup: boolean;
  timeline: TimelineView;
  mayLoad: boolean;
}

function RowView({ row, id, isGroup, timeline, mayLoad }: RowProps) {
  const { store } = useChat();
  const names = useObservable(store.userNames);
  const blocked = useObservable(store.blocked);
  switch (row.kind) {
    case 'begin':
      return <p class="day">{timeline.hasEnded === true ? t.conversation.ended : t.conversation.begin}</p>;
    case 'day':
      return (
        <p class="day">
          <time dateTime={row.at}>{dates.day(row.at)}</time>
        </p>
      );
    case 'gap':
      return <Gap id={id} gap={row.gap} timeline={timeline} mayLoad={mayLoad} />;
    case 'message': {
      const { message } = row;
      const sender = isGroup && !message.own ? (names.get(message.sender_id) ?? '…') : undefined;
      // In a group both go on: what one blocks one does not see.
      if (isGroup && blocked.has(message.sender_id)) return <p class="day hidden-message">{t.blocks.hidden}</p>;
      return <Message message={message} isFirst={row.isFirst} sender={sender} isGroup={isGroup} />;
    }
  }
}

function ToEnd({ isFresh, onClick }: { isFresh: boolean; onClick: () => void }) {
  const words = isFresh ? t.conversation.newMessages : t.conversation.toNewest;
  return (
    <button class={isFresh ? 'to-end fresh' : 'to-end'} type="button" aria-label={words} onClick={onClick}>
      {isFresh && <span aria-hidden="true">{words}</span>}
      <Icon name="down" />
    </button>
  );
}
