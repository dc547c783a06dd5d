import type { Item, Ticket } from '@awesome/ui';

// What the panel of a ticket offers.

/** asked: a void is asked about before it is done. Where a PIN stands before it, that is question enough. */
export function asked(session: { pins: string; may: readonly string[] } | undefined): boolean {
	return session?.pins !== 'required' || session.may.includes('void');
}

/** contains: something that can be off the menu is in a ticket. */
export function contains(ticket: Ticket, what: { kind: string; id: string }): boolean {
	return ticket.items.some((i) => {
		switch (what.kind) {
			case 'product':
				return i.product === what.id || i.half === what.id;
			case 'topping':
				return (i.toppings ?? []).some((t) => t.topping === what.id);
			default:
				return false;
		}
	});
}

/** redone are the items that can be made again: nobody makes again what nobody has begun. */
export function redone(ticket: Ticket): Item[] {
	return ticket.items.filter((i) => i.state !== 'queued');
}
