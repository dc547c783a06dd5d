import type { Instant } from '@awesome/ui';

/** opensAt is when a restaurant opens, on its own clock: "17:00" today, "Sat 17:00" on another day. */
export function opensAt(at: Instant, zone: string, locale: string, now: number = Date.now()): string {
	const day = (t: number | string) => new Date(t).toLocaleDateString('en-CA', { timeZone: zone });
	const time: Intl.DateTimeFormatOptions = { timeZone: zone, hour: '2-digit', minute: '2-digit' };
	return new Date(at).toLocaleString(locale, day(at) === day(now) ? time : { ...time, weekday: 'short' });
}

/** metres writes a distance as people do: "350 m", "2.4 km". */
export function metres(m: number, locale: string): string {
	if (m < 1000) return `${Math.round(m / 10) * 10} m`;
	return `${(m / 1000).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} km`;
}
