import type { Place } from '../wire.ts';

/** farMetres is from where on a delivery is recorded as made far from the door: as cloud/road says it. */
export const farMetres = 500;

/** metres are between two places, by air. */
export function metres(a: Place, b: Place): number {
	const rad = Math.PI / 180;
	const [x, y] = [(b.longitude - a.longitude) * rad * Math.cos(((a.latitude + b.latitude) / 2) * rad), (b.latitude - a.latitude) * rad];
	return Math.hypot(x, y) * 6_371_000;
}

/** distance as people write it: "640 m", "2.1 km". */
export function distance(m: number, locale: string): string {
	if (m < 950) return `${Math.round(m / 10) * 10} m`;
	return `${(m / 1000).toLocaleString(locale, { maximumFractionDigits: 1 })} km`;
}
