import type { Instant, Money } from './wire.ts';

/** Money as people write it where they are: money({minor: 1299, currency: 'USD'}) is "$12.99". */
export function money(m: Money, locale?: string): string {
	const format = new Intl.NumberFormat(locale, { style: 'currency', currency: m.currency, currencyDisplay: 'narrowSymbol' });
	const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
	return format.format(m.minor / 10 ** digits);
}

/** A span as a kitchen reads it: 65 s is "1:05", an hour and more "1:02:05". Never negative. */
export function span(seconds: number): string {
	const s = Math.max(0, Math.floor(seconds));
	const two = (n: number) => String(n).padStart(2, '0');
	const minutes = Math.floor(s / 60);
	return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** A span in words for one who reads, not glances: "8 s", "4 min", "2 h". */
export function ago(seconds: number): string {
	const s = Math.max(0, Math.floor(seconds));
	if (s < 60) return `${s} s`;
	if (s < 3600) return `${Math.floor(s / 60)} min`;
	return `${Math.floor(s / 3600)} h`;
}

/** The time of day of an instant on this screen's wall: "08:05"; where the day has two halves, "8:05 AM". */
export function timeOfDay(at: Instant | number, locale?: string): string {
	return new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' }).replace(/^0(?=\d\D\d\d\s)/, '');
}
