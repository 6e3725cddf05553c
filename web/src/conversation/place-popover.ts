/** Space between a popover and the edge of the window, pixels. */
const MARGIN_PX = 8;

/** Opens a popover at its button: below it, or above where there is no room, and within the window. */
export function openAt(popover: HTMLElement | null, button: HTMLElement | null): void {
  if (popover === null || button === null) return;
  popover.showPopover();
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = at.bottom + height + MARGIN_PX <= innerHeight;
  const left = Math.min(Math.max(MARGIN_PX, at.right - width), innerWidth - width - MARGIN_PX);
  popover.style.top = `${below ? at.bottom : Math.max(MARGIN_PX, at.top - height)}px`;
  popover.style.left = `${left}px`;
  popover.querySelector('button')?.focus();
}

/** Arrow keys move between the buttons of a popover: those of these two keys. */
export function moveFocus(event: KeyboardEvent, back: string, on: string): void {
  const step = event.key === on ? 1 : event.key === back ? -1 : 0;
  if (step === 0 || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = items.indexOf(document.activeElement as HTMLButtonElement);
  items[(at + step + items.length) % items.length]?.focus();
}
