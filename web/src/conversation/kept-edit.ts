/** An edit that is being written. */
export interface KeptEdit {
  readonly message_id: string;
  readonly content: string;
}

/** What was being edited in a conversation when the page was left, by a reload or because the session ended. */
export function keptEdit(userId: string, conversationId: string): KeptEdit | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(userId, conversationId)) ?? '') as Partial<KeptEdit> | null;
    const { message_id, content } = kept ?? {};
    return typeof message_id === 'string' && typeof content === 'string' ? { message_id, content } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an edit while it is written, one a conversation; undefined: it is sent or given up. */
export function keepEdit(userId: string, conversationId: string, edit: KeptEdit | undefined): void {
  try {
    if (edit === undefined) localStorage.removeItem(keyOf(userId, conversationId));
    else localStorage.setItem(keyOf(userId, conversationId), JSON.stringify(edit));
  } catch {
    // No room: it lives as long as the page.
  }
}

function keyOf(userId: string, conversationId: string): string {
  return `chat-app.${userId}.edit.${conversationId}`;
}
