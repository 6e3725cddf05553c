import { useEffect, useState } from 'preact/hooks';

const PATTERN = /^#\/c\/([0-9a-f-]{36})$/;

/** The address of a conversation within the page: works below any path, with back and forward and after a reload. */
export function conversationHref(conversationId: string): string {
  return `#/c/${conversationId}`;
}

/** Opens a conversation, or the list. */
export function openConversation(conversationId: string | undefined): void {
  location.hash = conversationId === undefined ? '' : conversationHref(conversationId);
}

/** The conversation that the address names. */
export function useOpenConversation(): string | undefined {
  const [open, setOpen] = useState(named);
  useEffect(() => {
    const changed = (): void => setOpen(named());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return open;
}

function named(): string | undefined {
  return PATTERN.exec(location.hash)?.[1];
}
