const NAME = 'chat-app.visible';

/** Says, as long as it is true, that a tab of this browser is looked at. @returns what ends that */
export function shareVisibility(): () => void {
  const { locks } = navigator as { locks?: LockManager };
  let release: (() => void) | undefined;
  const look = (): void => {
    release?.();
    release = undefined;
    if (document.visibilityState !== 'visible' || locks === undefined) return;
    const done = new Promise<void>((resolve) => (release = resolve));
    // Refused where the page is on its way out: then nobody looks at it.
    locks.request(NAME, { mode: 'shared' }, () => done).catch(() => undefined);
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    release?.();
  };
}

/** Whether the user looks at any tab of this browser; where tabs cannot tell each other, at this one. */
export async function isAnyTabVisible(): Promise<boolean> {
  if (document.visibilityState === 'visible') return true;
  const { locks } = navigator as { locks?: LockManager };
  const held = (await locks?.query().catch(() => undefined))?.held ?? [];
  return held.some(({ name }) => name === NAME);
}
