import type { Amount, Fulfilment, Instant, KitchenState, Menu as Sold, Money, Place, Placement, PromiseRange, Status } from '@awesome/ui';

export type { MenuTopping, Place, Product, Size } from '@awesome/ui';

// The shapes of the cloud's HTTP interface that the pages read. Fields they do not know are ignored: an older page can talk to a
// newer cloud.

/** What a restaurant's line to the cloud does, and since when. */
export interface Link {
	state: 'up' | 'down';
	since?: Instant | null;
	heard?: Instant | null;
}

export interface Topping {
	topping: string;
	placement?: Placement;
	amount?: Amount;
}

export interface BasketLine {
	product: string;
	half?: string;
	size?: string;
	crust?: string;
	sauce?: string;
	cut?: string;
	quantity: number;
	toppings?: Topping[];
	note?: string;
	/** avoid is what must not get to who eats it, of the fourteen allergens. */
	avoid?: string[];
}

export interface OrderLine extends BasketLine {
	name?: string;
	allergens?: string[];
	unit_price: Money;
}

export interface Address extends Place {
	street: string;
	city: string;
	note?: string;
}

/** What a guest asks for: the body of POST /api/orders. */
export interface Basket {
	restaurant_id: string;
	fulfilment: Fulfilment;
	channel: 'web';
	customer: { name: string; phone?: string };
	address?: Address;
	lines: BasketLine[];
	payment: { method: 'cash' | 'card_at_door' };
}

export interface Totals {
	items: Money;
	tax: Money;
	fee: Money;
	total: Money;
}

/** What a price and a promise depend on: a basket before anybody says who they are. */
export interface QuoteRequest {
	fulfilment: Fulfilment;
	address?: Place;
	lines: BasketLine[];
}

/** What made a promise, in seconds. */
export interface Basis {
	by: 'kitchen' | 'cloud' | 'both';
	as_of: Instant | null;
	stale: boolean;
	orders_ahead: number;
	make_s: number;
	bake_s: number;
	driver_wait_s: number;
	drive_s: number;
	late_s: number;
	reasons: string[];
}

export interface Quote {
	lines: OrderLine[];
	totals: Totals;
	promise: PromiseRange;
	basis?: Basis;
	large?: boolean;
}

export interface Person {
	id: string;
	name?: string;
}

/** The delivery company that was asked, when no driver of the chain brings an order. */
export interface Courier {
	id: string;
	name: string;
	state: string; // see docs/COURIERS.md; others may come
	rider: string;
	tracking_url: string | null;
	since: Instant;
}

export interface TimelineStep {
	status: Status;
	at: Instant;
	by: string;
	version: number;
	from_door_m?: number | null;
	afar?: boolean;
}

export type DeliveryState = 'none' | 'unassigned' | 'assigned' | 'picked_up' | 'out_for_delivery' | 'delivered' | 'failed';

/** An order as its guest and the staff see it. */
export interface Order {
	id: string;
	number: number | null;
	restaurant_id: string;
	fulfilment: Fulfilment;
	status: Status;
	version: number;
	customer?: { name: string; phone?: string };
	address?: Address | null;
	kitchen: { state: KitchenState; as_of: Instant };
	delivery: { state: DeliveryState; driver?: Person | null; courier?: Courier | null };
	lines: OrderLine[];
	totals: Totals;
	payment: { method: string };
	promise: PromiseRange;
	ready?: Instant | null;
	arrives?: Instant | null;
	placed_at: Instant;
	accept_by?: Instant | null;
	cancel_asked?: Instant | null;
	reason?: string;
	overdue?: boolean;
	tracking_url?: string;
	timeline: TimelineStep[];
}

/** Missing is one thing that cannot be had now. */
export interface Missing {
	id: string;
	name: string;
	/** of a product: it can be had without these toppings */
	without?: string[];
}

/** SoldOut is what of a menu cannot be had now, as the restaurant said last. */
export interface SoldOut {
	products: Missing[];
	toppings: Missing[];
	crusts?: Missing[];
	sauces?: Missing[];
}

/** Menu is what a restaurant sells, and what comes on top of its prices: tax in basis points, and the fee of a delivery. */
export interface Menu extends Sold {
	tax_bp: number;
	fee_minor: number;
	sold_out?: SoldOut;
}
