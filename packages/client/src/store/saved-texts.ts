import type { ChatStorage } from '../storage';
import type { MessageView } from './views';

/** What a user wrote and nobody else has: drafts, and messages that were refused. */
interface Saved {
  drafts: Record<string, string>;
  failed: MessageView[];
  /** With whom the direct conversations of these texts are: one without messages is known to no server. */
  recipients: Record<string, string>;
}

/**
 * Keeps texts over restarts. A storage that fails costs the keeping, nothing else.
 * `recipientOf` says with whom a direct conversation is.
 * The storage must be a synchronous one, as `localStorage` is: a text is kept before the page can be closed.
 */
export class SavedTexts {
  private readonly key: string;
  private saved: Saved = { drafts: {}, failed: [], recipients: {} };

  constructor(
    private readonly storage: ChatStorage | undefined,
    userId: string,
    private readonly recipientOf: (conversationId: string) => string | undefined = () => undefined,
  ) {
    this.key = `chat-app.${userId}.texts`;
    this.read();
  }

  draft(conversationId: string): string {
    return this.saved.drafts[conversationId] ?? '';
  }

  setDraft(conversationId: string, text: string): void {
    const { [conversationId]: _before, ...others } = this.saved.drafts;
    this.save({ drafts: text === '' ? others : { ...others, [conversationId]: text } }, conversationId);
  }

  /** The direct conversations that texts are kept of, with the other user of each. */
  get recipients(): Readonly<Record<string, string>> {
    return this.saved.recipients;
  }

  get failed(): readonly MessageView[] {
    return this.saved.failed;
  }

  setFailed(conversationId: string, failed: readonly MessageView[]): void {
    const others = this.saved.failed.filter((one) => one.conversation_id !== conversationId);
    if (failed.length === 0 && others.length === this.saved.failed.length) return;
    this.save({ failed: [...others, ...failed] }, conversationId);
  }

  private save(change: Partial<Saved>, conversationId: string): void {
    const next = { ...this.saved, ...change };
    const { [conversationId]: _before, ...others } = next.recipients;
    const isKept =
      conversationId in next.drafts || next.failed.some((message) => message.conversation_id === conversationId);
    const recipientId = this.recipientOf(conversationId);
    const recipients = isKept && recipientId !== undefined ? { ...others, [conversationId]: recipientId } : others;
    this.saved = { ...next, recipients };
    this.write();
  }

  private read(): void {
    try {
      const text = this.storage?.getItem(this.key);
      if (typeof text !== 'string') return;
      const { drafts, failed, recipients } = JSON.parse(text) as Partial<Record<keyof Saved, unknown>>;
      this.saved = {
        drafts: textsOf(drafts),
        failed: Array.isArray(failed) ? failed.filter(isFailed) : [],
        recipients: textsOf(recipients),
      };
    } catch {
      // Unreadable counts as not there.
    }
  }

  private write(): void {
    try {
      this.storage?.setItem(this.key, JSON.stringify(this.saved));
    } catch {
      // The storage is full or forbidden: the texts live as long as the page.
    }
  }
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isFailed(value: unknown): value is MessageView {
  const message = value as Partial<MessageView> | null;
  return (
    message?.state === 'failed' &&
    [message.message_id, message.conversation_id, message.content].every((field) => typeof field === 'string')
  );
}
