// The shapes on the wire, as the restaurant's node and the cloud write them. Fields a page does not know are ignored, so that an
// older page can talk to a newer server; that is why nothing here is checked beyond its type.

/** An instant: RFC 3339, UTC, milliseconds. */
export type Instant = string;

/** Integer minor units (cents) of an ISO 4217 currency. */
export interface Money {
	minor: number;
	currency: string;
}

/** A promise is a range, with what made it in plain words. */
export interface PromiseRange {
	from: Instant;
	to: Instant;
	because?: string[];
}

export type Status =
	| 'Created'
	| 'Validated'
	| 'Queued'
	| 'Preparing'
	| 'Baking'
	| 'QualityCheck'
	| 'ReadyForPickup'
	| 'DriverAssigned'
	| 'PickedUp'
	| 'OutForDelivery'
	| 'Delivered'
	| 'Cancelled'
	| 'Failed';

export type KitchenState =
	| 'waiting'
	| 'queued'
	| 'preparing'
	| 'baking'
	| 'quality_check'
	| 'ready'
	| 'handed_over'
	| 'rejected'
	| 'voided';

export type ItemState = 'queued' | 'making' | 'made' | 'in_oven' | 'baked' | 'done';
export type Fulfilment = 'delivery' | 'carryout' | 'dine_in' | 'curbside';
export type Channel = 'web' | 'phone' | 'counter' | 'kiosk' | 'partner';
export type Placement = 'whole' | 'left' | 'right';
export type Amount = 'none' | 'light' | 'normal' | 'extra' | 'double';

/** Where an item is now: where it is made, in (or waiting for) the oven, at the cutting table, on the pass. */
export type Station = 'make' | 'sides' | 'oven' | 'cut' | 'pass';

export interface Change {
	topping: string;
	name?: string;
	placement?: Placement;
	amount?: Amount;
}

export interface Item {
	id: string;
	line: number;
	product: string;
	half?: string;
	half_name?: string;
	name: string;
	size?: string;
	station: Station;
	state: ItemState;
	quantity_of_line: number;
	bakes: boolean;
	make_seconds: number;
	bake_seconds: number;
	toppings?: Change[];
	note?: string;
	allergens?: string[];
	remakes?: number;
	since?: Instant;
	slot?: { oven: string; slot: number };
}

export interface Driver {
	id: string;
	name?: string;
	arrives?: Instant;
}

/** Notice is what a cook has to take note of; until one has, on any screen, it is loud on all. */
export interface Notice {
	id: string;
	kind: 'rush' | 'remake' | 'changed' | 'voided';
	at: Instant;
	who?: string;
	reason?: string;
	acknowledged_at?: Instant;
	by?: string;
}

/** An order as the kitchen holds it. */
export interface Ticket {
	order_id: string;
	number: number;
	channel: Channel;
	fulfilment: Fulfilment;
	customer: string;
	state: KitchenState;
	status: Status;
	version: number;
	cook?: string;
	age_s: number;
	since: Instant;
	placed_at: Instant;
	queued_at?: Instant;
	promise: PromiseRange;
	ready?: Instant;
	total: Money;
	delivery: { state: string; driver?: Driver };
	items: Item[];
	recovered?: boolean; // the node had lost it: a cook says where it is
	was?: number; // the number people may call it by
	hold?: { at: Instant; who?: string; reason?: string; until?: Instant }; // it waits, and does not age
	held_s?: number; // so long it has not aged, all in all
	rush?: { at: Instant; who?: string; reason: string };
	voided?: boolean; // it stays until somebody has taken note of that
	notices?: Notice[];
	custody?: { touched_at?: Instant };
}

export interface Cook {
	id: string;
	name: string;
	skills: string[];
	signed_in: boolean;
	load: number;
}

export interface Alert {
	id: string;
	device: string;
	what: string;
	level: 'info' | 'warning' | 'critical';
	order_id?: string;
	since: Instant;
}

export interface Chamber {
	name: string;
	celsius: number;
}

export interface OvenItem {
	slot: number;
	since: Instant;
	order_id?: string;
	item?: string;
}

export interface Oven {
	id: string;
	kind: 'deck' | 'belt';
	state: 'ok' | 'cold' | 'hot' | 'silent' | 'fault';
	slots: number;
	chambers: Chamber[];
	band?: { low: number; high: number };
	belt_cm_per_min?: number;
	items: OvenItem[];
	heard?: Instant;
}

export interface LinkState {
	state: 'up' | 'down';
	cause: '' | 'lan' | 'internet' | 'cloud' | 'fenced' | 'healing' | 'credential' | 'schema' | 'disk';
	detail?: string;
	device?: string;
	since: Instant;
	backlog: number;
	oldest_unsent?: Instant;
}

/** GET /api/board of a restaurant, and the first event of its stream. */
export interface Board {
	seq: number;
	now: Instant;
	restaurant: string;
	ui: string;
	clock: 'trusted' | 'doubtful';
	link: LinkState;
	tickets: Ticket[];
	cooks: Cook[];
	alerts: Alert[];
	ovens: Oven[];
}

/** One commit of the kitchen. */
export interface BoardChange {
	seq: number;
	now: Instant;
	tickets: Ticket[];
	gone: string[];
	cooks: Cook[];
	alerts: Alert[];
	cleared: string[];
}

/** RFC 9457, with the code that programs read and the facts that some codes carry. */
export interface Problem {
	type?: string;
	code: string;
	title: string;
	status: number;
	detail?: string;
	path?: string;
	current?: Status;
	allowed?: Status[];
	[fact: string]: unknown;
}
