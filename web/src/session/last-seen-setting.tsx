import type { SettingsApi } from '@chat-app/client';
import { useEffect, useState } from 'preact/hooks';
import { useChat } from '../context';
import { faultText, t } from '../texts';

type Settings = Awaited<ReturnType<SettingsApi['read']>>;

/** Whether others see when one was here last. It is read when it is shown: another device may have changed it. */
export function LastSeenSetting() {
  const { client } = useChat();
  const [settings, setSettings] = useState<Settings>();
  const [fault, setFault] = useState('');
  const take = (answer: Promise<Settings>): void => {
    setFault('');
    answer.then(setSettings, (thrown: unknown) => setFault(faultText(thrown)));
  };
  useEffect(() => take(client.settings.read()), [client]);
  return (
    <>
      <label class="setting">
        <input
          type="checkbox"
          checked={settings?.last_seen !== 'off'}
          disabled={settings === undefined}
          aria-describedby="last-seen-hint"
          onChange={(event) => take(client.settings.change({ last_seen: event.currentTarget.checked ? 'on' : 'off' }))}
        />
        <span>{t.presence.setting}</span>
      </label>
      <p id="last-seen-hint" class="hint">
        {t.presence.settingHint}
      </p>
      {fault !== '' && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
