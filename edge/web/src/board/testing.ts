import type { Item, Ticket } from '@awesome/ui';

/** item and ticket make what a test needs and leave out what it does not care about. */
export function item(id: string, more: Partial<Item> = {}): Item {
	return {
		id, line: 0, product: 'margherita', name: 'Margherita', size: 'large', station: 'make', state: 'queued', quantity_of_line: 1, bakes: true,
		make_seconds: 90, bake_seconds: 360, since: '2026-07-03T18:00:00.000Z', ...more,
	};
}

export function ticket(number: number, items: Item[], more: Partial<Ticket> = {}): Ticket {
	return {
		order_id: `order-${number}`, number, channel: 'counter', fulfilment: 'carryout', customer: '', state: 'queued', status: 'Queued', version: 1,
		age_s: 0, since: '2026-07-03T18:00:00.000Z', placed_at: '2026-07-03T18:00:00.000Z', queued_at: '2026-07-03T18:00:00.000Z',
		promise: { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:25:00.000Z' }, total: { minor: 1499, currency: 'USD' },
		delivery: { state: 'none' }, items, ...more,
	};
}

/** minutes after the orders above were queued, in ms. */
export const minutes = (m: number): number => Date.parse('2026-07-03T18:00:00.000Z') + m * 60_000;
