/** Pictures that only decorate: what they mean stands beside them as text. */
const PATHS = {
  send: 'M3 11.5 21 3l-7.5 18-2.6-7.4L3 11.5z',
  back: 'M15 5l-7 7 7 7',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6 9c0-3.3 2.7-6 6-6s6 2.7 6 6M16 4.4a3.5 3.5 0 0 1 0 6.3M18 14.6c1.8.9 3 2.8 3 5.4',
  bell: 'M6 17V11a6 6 0 1 1 12 0v6l1.5 1.5h-15L6 17zm4 3.5a2 2 0 0 0 4 0',
  devices: 'M4 5h13v9H4zM2 18h11M17 10h5v10h-5z',
  out: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h10',
  plus: 'M12 5v14M5 12h14',
  down: 'M6 10l6 6 6-6',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-10v6m0-9.5v.5',
  close: 'M6 6l12 12M18 6 6 18',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-14v5l3.5 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2.5 12.5 7 17l9-9.5M11 15.5l1.5 1.5 9-9.5',
  tray: 'M4 13v6h16v-6M12 4v11m-4-4 4 4 4-4',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zm9.5 2.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4z',
  gear: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm-7 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5v.01M15 9.5v.01',
  reply: 'M10 5 4 11l6 6M4 11h9c4 0 7 2.5 7 8',
  pencil: 'M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20zM14 6.5l3.5 3.5',
  bin: 'M5 7h14M10 7V4h4v3m-7.5 0 1 13h9l1-13M10.5 11v5.5m3-5.5v5.5',
  alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-13.5v6m0 3v.5',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A round picture of a name: its first letter on a colour that follows from the id. */
export function Avatar({ name, id }: { name: string; id: string }) {
  let hue = 0;
  for (const character of id) hue = (hue * 31 + character.charCodeAt(0)) % 12;
  return (
    <span class={`avatar hue-${hue}`} aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? '?'}
    </span>
  );
}
