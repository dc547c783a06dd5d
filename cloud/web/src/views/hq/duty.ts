import type { DriverView } from '../../chain/room.svelte.ts';
import { words } from '../../words/hq/words.ts';

/** dutyWord says what a driver is up to: who has something to bring is not free, whatever the phone says. */
export function dutyWord(d: Pick<DriverView, 'status' | 'orders'>): string {
	const has = d.orders.length;
	if (has === 0) return words.driverStatus[d.status];
	return d.status === 'available' ? words.carries(has) : `${words.driverStatus[d.status]} · ${words.carries(has)}`;
}
