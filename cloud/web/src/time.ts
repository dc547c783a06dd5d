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

/** wallTime is the time of day on an office's wall, from 00:00 to 23:59 everywhere: columns of it line up. */
export function wallTime(at: Instant | number, seconds = false): string {
	const two = (n: number) => String(n).padStart(2, '0');
	const t = new Date(at);
	return [t.getHours(), t.getMinutes(), ...(seconds ? [t.getSeconds()] : [])].map(two).join(':');
}

/** day is a date as people write it: "Feb 1, 2026", "1 feb 2026". */
export function day(at: Instant | number, locale: string): string {
	return new Date(at).toLocaleDateString(locale, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** dayAndTime is for what may have happened days ago. */
export function dayAndTime(at: Instant | number, locale: string): string {
	return `${new Date(at).toLocaleDateString(locale, { month: 'short', day: 'numeric' })} ${wallTime(at)}`;
}
