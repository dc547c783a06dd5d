import type { Money } from '@awesome/ui';
import type { Place } from '../wire.ts';
import type { Stop } from './wire.ts';

/** onShelf: the kitchen says that it can be fetched. */
export function onShelf(s: Stop): boolean {
	return s.status === 'ReadyForPickup' || s.status === 'DriverAssigned';
}

/** toFetch are the other stops whose food a driver who stands at this one's restaurant does not have yet. */
export function toFetch(stops: Stop[], at: Stop): Stop[] {
	const had = ['PickedUp', 'OutForDelivery', 'Delivered', 'Failed'];
	return stops.filter((s) => s.order_id !== at.order_id && s.restaurant_id === at.restaurant_id && !had.includes(s.status));
}

/** inTurn has what lies on the shelf of a restaurant fetched before its driver leaves with what is in the bag. */
export function inTurn(stops: Stop[]): Stop[] {
	const first = stops[0];
	const next = first?.status === 'PickedUp' ? toFetch(stops, first).find(onShelf) : undefined;
	return next ? [next, ...stops.filter((s) => s !== next)] : stops;
}

/** navigateTo is a link that opens the phone's own map. */
export function navigateTo(p: Place, name: string): string {
	if (/iPhone|iPad|Macintosh/.test(navigator.userAgent)) return `https://maps.apple.com/?daddr=${p.latitude},${p.longitude}&q=${encodeURIComponent(name)}`;
	return `geo:${p.latitude},${p.longitude}?q=${p.latitude},${p.longitude}(${encodeURIComponent(name)})`;
}

/** cashOf is what the guests of stops pay in cash together; undefined: none of them does. */
export function cashOf(stops: Pick<Stop, 'cash_due'>[]): Money | undefined {
	const due = stops.flatMap((s) => (s.cash_due ? [s.cash_due] : []));
	return due[0] && { currency: due[0].currency, minor: due.reduce((sum, m) => sum + m.minor, 0) };
}
