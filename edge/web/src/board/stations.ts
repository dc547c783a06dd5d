import type { Item, Notice, Station, Ticket } from '@awesome/ui';

/** What a display is for: one station, or all of the kitchen. */
export type View = Station | 'all';

/** Whereabout is a state of the kitchen lane that a cook can find food in. */
export type Whereabout = 'queued' | 'preparing' | 'baking' | 'quality_check' | 'ready' | 'handed_over';

export const whereabouts: readonly Whereabout[] = ['queued', 'preparing', 'baking', 'quality_check', 'ready', 'handed_over'];

export const views: readonly View[] = ['make', 'sides', 'oven', 'cut', 'pass', 'all'];

/** here are the items of a ticket that a display has to do with now. */
export function here(ticket: Ticket, view: View): Item[] {
	return view === 'all' ? ticket.items : ticket.items.filter((i) => i.station === view);
}

/** elsewhere counts the items that others still work on. */
export function elsewhere(ticket: Ticket, view: View): Map<Station, number> {
	const counts = new Map<Station, number>();
	if (view === 'all') return counts;
	for (const item of ticket.items) {
		if (item.station === view || item.station === 'pass') continue;
		counts.set(item.station, (counts.get(item.station) ?? 0) + 1);
	}
	return counts;
}

/** shows: the ticket belongs on this display, a voided one until somebody has seen it. What has no number yet is not the kitchen's business. */
export function shows(ticket: Ticket, view: View): boolean {
	return ticket.number > 0 && here(ticket, view).length > 0;
}

/** open are the notices of a ticket that nobody has taken note of. */
export function open(ticket: Ticket): Notice[] {
	return (ticket.notices ?? []).filter((n) => !n.acknowledged_at);
}

/** Step is what the big button of a ticket does next at a display. */
export type Step = 'start' | 'made' | 'side' | 'in' | 'out' | 'cut' | 'hand_over' | 'wait';

/** next is the natural step of a ticket at a display: a hand on it first, then done. */
export function next(ticket: Ticket, view: View): Step {
	const items = here(ticket, view);
	const at = (s: Station) => items.filter((i) => i.station === s);
	const line = [...at('make'), ...at('sides')];
	if (line.length > 0) {
		if (line.every((i) => i.state === 'queued')) return 'start';
		return at('make').length > 0 ? 'made' : 'side';
	}
	if (at('oven').some((i) => i.state === 'made')) return 'in';
	if (at('oven').length > 0) return 'out';
	if (at('cut').length > 0) return 'cut';
	return ticket.state === 'ready' ? 'hand_over' : 'wait';
}

/** stationOf is where a step happens: a display for all of the kitchen says which station it taps for. */
export function stationOf(step: Step, ticket: Ticket): Station {
	switch (step) {
		case 'start':
			return ticket.items.some((i) => i.station === 'make') ? 'make' : 'sides';
		case 'made':
			return 'make';
		case 'side':
			return 'sides';
		case 'in':
		case 'out':
			return 'oven';
		case 'cut':
			return 'cut';
		case 'hand_over':
		case 'wait':
			return 'pass';
	}
}
