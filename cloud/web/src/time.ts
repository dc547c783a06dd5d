import type { Instant } from '@awesome/ui';

/** instant writes ms since 1970 as everybody does. */
export function instant(ms: number): Instant {
	return new Date(ms).toISOString();
}

/** msOf reads an instant, or leaves ms since 1970 as they are. */
export function msOf(at: Instant | number): number {
	return new Date(at).getTime();
}

const clockFace: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };

/** clockTime is the time of day as people write it: "3:05 PM", "15:05". */
export function clockTime(at: Instant | number, locale: string): string {
	return new Date(at).toLocaleTimeString(locale, clockFace);
}

/** clockRange is from when to when, in as few letters as the language needs: "3:18 – 3:23 PM". */
export function clockRange(from: Instant | number, to: Instant | number, locale: string): string {
	return new Intl.DateTimeFormat(locale, clockFace).formatRange(new Date(from), new Date(to));
}
