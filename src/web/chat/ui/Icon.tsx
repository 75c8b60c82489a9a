/** The few signs that the pages use, drawn on a grid of 16. They are never the only way something is said. */
const paths = {
  send: 'M8 13V3M3.5 7.5 8 3l4.5 4.5',
  stop: 'M4.5 4.5h7v7h-7z',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  up: 'M5 7v6.5H2.5V7zm0 0 3-4.5c1 0 1.7.8 1.5 1.8L9 6.5h3.3c.9 0 1.5.8 1.3 1.6l-1 4.2c-.2.7-.7 1.2-1.4 1.2H5',
  down: 'M11 9V2.5h2.5V9zm0 0-3 4.5c-1 0-1.7-.8-1.5-1.8L7 9.5H3.7c-.9 0-1.5-.8-1.3-1.6l1-4.2c.2-.7.7-1.2 1.4-1.2H11',
  again: 'M13 8a5 5 0 1 1-1.5-3.6L13.5 6M13.5 2.5V6H10',
  settings: 'M2.5 5h5M11.5 5h2M9.5 3v4M2.5 11h2M8.5 11h5M6.5 9v4',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5l3 3',
  latest: 'M8 3v10M3.5 8.5 8 13l4.5-4.5',
  close: 'm4 4 8 8m0-8-8 8',
  open: 'M6 3.5h6.5V10M12 4 3.5 12.5',
  ask: 'M3 3v4.5C3 9 4 10 5.5 10H13M9.5 6.5 13 10l-3.5 3.5',
  fresh: 'M8 3v10M3 8h10',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1',
  unsure: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM6.2 6.2c.2-2 3.6-2 3.6.1 0 1.4-1.8 1.5-1.8 2.7M8 11.3v.1',
  clock: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 4.5V8l2.5 1.5',
  hand: 'M8 1.5 14.5 8 8 14.5 1.5 8zM8 5v3.2M8 10.6v.1',
  more: 'M3 8h.1M8 8h.1M13 8h.1',
  side: 'M2.5 3.5h11v9h-11zM6.5 3.5v9',
  box: 'M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3',
  back: 'M13 8H3M7 3.5 2.5 8 7 12.5',
  figures: 'M2.5 13.5V8M8 13.5v-11M13.5 13.5V6',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
