import type { UserSettings } from '@chat-app/protocol';
import { isUserSettings } from './answers';
import type { Call } from './conversations';

/** How the user is to others. Every method throws ChatError. */
export class SettingsApi {
  /** @param onChanged they are others from now on. */
  constructor(
    private readonly call: Call,
    private readonly onChanged: () => void,
  ) {}

  read(): Promise<UserSettings> {
    return this.call({ method: 'GET', path: '/settings', answer: isUserSettings });
  }

  /**
   * Changes what is named. With `last_seen: 'off'` nobody is told when the user was here last, nor is the user told it of others.
   * @returns all of them
   */
  async change(change: Partial<UserSettings>): Promise<UserSettings> {
    const settings = await this.call<UserSettings>({
      method: 'PATCH',
      path: '/settings',
      body: change,
      answer: isUserSettings,
    });
    this.onChanged();
    return settings;
  }
}
