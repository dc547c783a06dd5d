import type { Instant, Money, PromiseRange, Status } from '@awesome/ui';
import type { Reason } from '@awesome/ui/dispatch';
import type { Explained } from '@awesome/ui/why';
import type { Address, Place } from '../wire.ts';

/** Somewhere a driver has to go to. */
export interface Spot extends Place {
	name: string;
	address?: string;
}

export interface Offer extends Explained {
	id: string;
	order_id: string;
	state: 'open' | 'accepted' | 'declined' | 'expired' | 'revoked';
	at: Instant;
	expires_at: Instant;
	restaurant: Spot | null;
	drop: Spot | null;
	ready_at: Instant | null;
	cash_due: Money | null;
	trip?: string;
	stop?: number;
}

/** An order the driver has taken on. */
export interface Stop {
	order_id: string;
	number: number | null;
	restaurant_id: string;
	status: Status;
	version: number;
	customer: { name: string; phone?: string };
	address: Address | null;
	promise: PromiseRange;
	ready: Instant | null;
	cash_due: Money | null;
	items: number;
	arrives?: { from: Instant; to: Instant } | null;
}

/** Where a driver who has nothing to do had better wait: a suggestion. */
export interface Wait extends Place {
	restaurant_id: string;
	name: string;
	as_of: Instant;
	because: string;
	reasons?: Reason[];
}

export type DriverState = 'offline' | 'available' | 'busy' | 'on_break' | 'end_of_shift';
