import type { JSX } from "preact";

const PATHS = {
  today: "M4 6h16M4 12h16M4 18h9",
  buy: "M3 4h2l2.4 11h10.2L20 7H6.2M9 20h.01M17 20h.01",
  manager: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  trust: "M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6zM8.500 12l2.500 2.500 4.500-5",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5",
  sun: "M12 7a5 5 0 100 10 5 5 0 000-10zM12 1v2M12 21v2M1 12h2M21 12h2M4.200 4.200l1.400 1.400M18.400 18.400l1.400 1.400M4.200 19.800l1.400-1.400M18.400 5.600l1.400-1.400",
  moon: "M20 14a8 8 0 01-10-10 8 8 0 1010 10z",
  auto: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18",
  clock: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2",
  undo: "M4 9h10a6 6 0 010 12h-3M4 9l4-4M4 9l4 4",
  download: "M12 3v12M7 11l5 5 5-5M4 20h16",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  gear: "M12 9a3 3 0 100 6 3 3 0 000-6zM4 12h2M18 12h2M12 4v2M12 18v2M6.300 6.300l1.400 1.400M16.300 16.300l1.400 1.400M6.300 17.700l1.400-1.400M16.300 7.700l1.400-1.400",
  close: "M5 5l14 14M19 5L5 19",
  alert: "M12 3l10 18H2zM12 10v5M12 18h.01",
  check: "M4 12l5 5L20 6",
  down: "M6 9l6 6 6-6",
  back: "M15 5l-7 7 7 7",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing beside a word; it is never the only label. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
