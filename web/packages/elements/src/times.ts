/** How somebody writes times and where they are; without a zone it is the device's. */
export interface Reader {
  readonly locale: string;
  readonly zone?: string;
}

/** The language that the page gives to `element`: the nearest `lang`, through shadow trees too, else the browser's. */
export function languageAround(element: Element): string {
  for (let at: Element | null = element; at; at = above(at)) {
    const lang = at.getAttribute("lang");
    if (lang) return lang;
  }
  return navigator.language;
}

/** "14:30", or "2:30 PM" where one writes so. */
export function clock(at: number, reader: Reader): string {
  return format(at, reader, CLOCK);
}

/** "Mon, 3 Mar, 14:30" */
export function dayAndClock(at: number, reader: Reader): string {
  return format(at, reader, { weekday: "short", day: "numeric", month: "short", ...CLOCK });
}

/** "14:30" if that is today, with the day if it is not. */
export function clockOfDay(at: number, now: number, reader: Reader): string {
  const day = { year: "numeric", month: "numeric", day: "numeric" } as const;
  return format(at, reader, day) === format(now, reader, day) ? clock(at, reader) : dayAndClock(at, reader);
}

/** "8 sec" below a minute, "4 min" below an hour, then "1 hr". */
export function duration(milliseconds: number, { locale }: Reader): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [amount, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3_600 ? [seconds / 60, "minute"] : [seconds / 3_600, "hour"];
  const style = { style: "unit", unit, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(locale, style).format(Math.floor(amount as number));
}

/** "04:12", and "1:04:12" from an hour on: how long a call has been going. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const two = (amount: number) => String(Math.floor(amount) % 60).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  return `${hours > 0 ? `${hours}:` : ""}${two(seconds / 60)}:${two(seconds)}`;
}

const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

function above(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function format(at: number, { locale, zone }: Reader, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, ...(zone && { timeZone: zone }) }).format(at);
}
