import type { Instant } from '@awesome/ui';
import { instant } from '../time.ts';

/** Act is a line of the log: what somebody did in the chain's name. */
export interface Act {
	n: number;
	at: Instant;
	who: { role: string; id: string; restaurant_id: string };
	what: string;
	on: { kind: '' | 'order' | 'driver' | 'restaurant'; id: string; label: string; restaurant_id: string };
	outcome: 'done' | 'refused' | 'failed';
	code: string;
	changes: { field: string; from: string; to: string }[];
	request_id: string;
}

/** Filter says which lines are shown: days as the page writes them (2026-11-28), the rest as the cloud takes it; empty is all. */
export interface Filter {
	from: string;
	to: string;
	who: string;
	what: string;
	on: string;
	restaurant: string;
	outcome: string;
}

export const everything: Filter = { from: '', to: '', who: '', what: '', on: '', restaurant: '', outcome: '' };

/** queryOf is a filter as the cloud takes it: a day begins at midnight of who looks, and the last one is shown whole. */
export function queryOf(f: Filter): URLSearchParams {
	const q = new URLSearchParams();
	const midnight = (day: string, later: number) => {
		const [y = 0, m = 1, d = 1] = day.split('-').map(Number);
		return instant(new Date(y, m - 1, d + later).getTime());
	};
	if (f.from) q.set('from', midnight(f.from, 0));
	if (f.to) q.set('to', midnight(f.to, 1));
	for (const [name, value] of [['who', f.who], ['what', f.what], ['on', f.on.trim()], ['restaurant_id', f.restaurant], ['outcome', f.outcome]] as const) if (value) q.set(name, value);
	return q;
}
