import type { Instant } from '@awesome/ui';
import type { DriverView } from '../../chain/room.svelte.ts';
import { words } from '../../words/hq/words.ts';

/** dutyWord says what a driver is up to: who has something to bring, or is not heard of, is not free, whatever the phone has said. */
export function dutyWord(d: Pick<DriverView, 'status' | 'orders'> & { silent_since?: Instant | null }): string {
	const has = d.orders.length;
	if (has === 0 && d.silent_since && d.status === 'available') return words.dispatch.onShift;
	if (has === 0) return words.driverStatus[d.status];
	return d.status === 'available' ? words.carries(has) : `${words.driverStatus[d.status]} · ${words.carries(has)}`;
}
