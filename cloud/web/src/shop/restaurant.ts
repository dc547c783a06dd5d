import type { Instant } from '@awesome/ui';
import type { Link, Place } from '../wire.ts';

/** A restaurant as a guest sees it in the list. */
export interface Restaurant extends Place {
	id: string;
	name: string;
	address: string;
	phone?: string;
	radius_km: number;
	time_zone: string;
	state: 'open' | 'closed' | 'paused';
	opens?: Instant | null;
	offline_policy?: 'pause' | 'queue';
	link: Link;
	ahead?: number; // orders the kitchen has not finished
}

/** Mood is what a guest must know before choosing. queueing: cut off, but orders wait for it. */
export type Mood = 'open' | 'busy' | 'queueing' | 'paused' | 'unreachable' | 'closed';

const busyFrom = 12; // orders ahead

export function moodOf(r: Restaurant): Mood {
	if (r.state === 'closed') return 'closed';
	if (r.link.state === 'down') return r.offline_policy === 'queue' && r.state === 'open' ? 'queueing' : 'unreachable';
	if (r.state === 'paused') return 'paused';
	return (r.ahead ?? 0) >= busyFrom ? 'busy' : 'open';
}

/** sells tells whether an order can be placed there now. */
export function sells(mood: Mood): boolean {
	return mood === 'open' || mood === 'busy' || mood === 'queueing';
}

const rank: Record<Mood, number> = { open: 0, busy: 1, queueing: 2, paused: 3, unreachable: 4, closed: 5 };

/** sorted puts those that sell first, and leaves the chain's own order otherwise. */
export function sorted(list: Restaurant[]): Restaurant[] {
	return list.map((r, i) => ({ r, i })).sort((a, b) => rank[moodOf(a.r)] - rank[moodOf(b.r)] || a.i - b.i).map(({ r }) => r);
}
