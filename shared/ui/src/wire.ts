// The shapes on the wire, as the restaurant's node and the cloud write them. Fields a page does not know are ignored, so that an
// older page can talk to a newer server; that is why nothing here is checked beyond its type.

/** An instant: RFC 3339, UTC, milliseconds. */
export type Instant = string;

/** A place on earth, in degrees. */
export interface Place {
	latitude: number;
	longitude: number;
}

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
	/** crust, sauce and cut are said when they are not the usual ones. */
	crust?: string;
	crust_name?: string;
	sauce?: string;
	sauce_name?: string;
	cut?: string;
	cut_name?: string;
	station: Station;
	state: ItemState;
	quantity_of_line: number;
	bakes: boolean;
	make_seconds: number;
	bake_seconds: number;
	toppings?: Change[];
	note?: string;
	allergens?: string[];
	/** avoid is what must not get to who eats it, conflict what of that is in it all the same. */
	avoid?: string[];
	conflict?: string[];
	remakes?: number;
	since?: Instant;
	slot?: { oven: string; slot: number };
	plan?: Plan;
}

/** Plan is how the schedule sees an item through the kitchen. */
export interface Plan {
	cook?: string;
	start_at?: Instant;
	oven?: string;
	deck?: number;
	in_at?: Instant;
	ready: Instant;
}

/** LineOf an order, as far as a notice tells of it. */
export interface LineOf {
	product: string;
	half?: string;
	size?: string;
	crust?: string;
	sauce?: string;
	cut?: string;
	quantity: number;
	toppings?: Change[];
	note?: string;
	avoid?: string[];
	name?: string;
}

export interface Driver {
	id: string;
	name?: string;
	arrives?: Instant;
	/** The delivery company; without one it is a driver of the chain. */
	courier?: string;
	/** What a courier says at the counter. */
	code?: string;
}

/** Notice is what a cook has to take note of; until one has, on any screen, it is loud on all. */
export interface Notice {
	id: string;
	kind: 'rush' | 'remake' | 'changed' | 'voided';
	at: Instant;
	who?: string;
	reason?: string;
	items?: string[];
	lines?: { was?: LineOf; now?: LineOf }[]; // of a change: without was it is new, without now it was taken off
	acknowledged_at?: Instant;
	by?: string;
}

/** An order as the kitchen holds it. */
export interface Ticket {
	order_id: string;
	number: number;
	rank?: string; // tickets sort by it as the kitchen works; an older node does not say
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
	wanted_at?: Instant; // scheduled: when the guest wants it
	fire_at?: Instant; // started before, it would wait for whoever fetches it
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
	remakes?: { at: Instant; who?: string; reason: string; text?: string; items: string[] }[];
	marks?: { kind: string; item?: string; at: Instant; who?: string }[]; // doubts about its times: nobody has to do anything
	custody?: { touched_at?: Instant };
}

export interface Cook {
	id: string;
	name: string;
	skills: string[];
	signed_in: boolean;
	load: number;
	away?: boolean; // nothing was heard of them for long
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

export type OvenState = 'ok' | 'warming' | 'cold' | 'hot' | 'silent' | 'fault';

export interface Oven {
	id: string;
	kind: 'deck' | 'belt';
	state: OvenState;
	slots: number;
	chambers: Chamber[];
	band?: { low: number; high: number };
	belt_cm_per_min?: number;
	items: OvenItem[];
	heard?: Instant;
	/** warming: when it will be in its band. */
	hot_at?: Instant;
	/** Where it has several. */
	decks?: { deck: number; state: OvenState; hot_at?: Instant }[];
	broken_slots?: number[];
}

export interface LinkState {
	state: 'up' | 'down';
	cause: '' | 'lan' | 'internet' | 'cloud' | 'fenced' | 'healing' | 'credential' | 'schema' | 'disk' | 'alone';
	detail?: string;
	device?: string;
	since: Instant;
	backlog: number;
	oldest_unsent?: Instant;
}

/** Printer as the node sees it now. */
export interface Printer {
	id: string;
	name: string;
	address: string;
	state: 'ready' | 'starting' | 'offline' | 'paper_out' | 'cover_open' | 'fault';
	detail?: string;
	paper_low: boolean;
	since: Instant;
	queue: number;
	backup?: string;
	on_backup: boolean;
	printed_at?: Instant;
	jobs: string[];
	stations: string[];
}

/** Missing is one thing of the menu that cannot be had, and why. */
export interface Missing {
	id: string;
	name: string;
	reason?: string;
	owner?: string;
	auto: boolean; // it ran out
	because?: { kind: string; id: string }; // what is off that it is made with
	without?: string[]; // of a product: it can be had without these
	since: Instant;
	until?: Instant;
}

export interface SoldOut {
	products: Missing[];
	toppings: Missing[];
	ingredients: Missing[];
}

/** Intake is whether web orders are taken. */
export interface Intake {
	paused: boolean;
	by?: string; // rule, or a person
	reason?: string;
	since?: Instant;
	until?: Instant;
	wait_s?: number;
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
	printers?: Printer[];
	intake?: Intake;
	sold_out?: SoldOut;
	sensors?: Sensor[];
}

/** A probe or a scale as it stands. */
export interface Sensor {
	id: string;
	kind: 'probe' | 'scale';
	name: string;
	state: 'ok' | 'too_warm' | 'too_cold' | 'silent';
	celsius?: number;
	low?: number;
	high?: number;
	battery_percent?: number;
	grams?: number;
	ingredient?: string;
	heard?: Instant;
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
	intake?: Intake; // when it changed
	sold_out?: SoldOut; // all of it, when it changed
}

/** Role of somebody who works in a restaurant. */
export type Role = 'cook' | 'counter' | 'shift_manager';

/** GET /api/session: who is signed in at this screen. */
export interface SessionState {
	signed_in: boolean;
	pins: 'required' | 'optional';
	who?: string;
	name?: string;
	role?: Role;
	since?: Instant;
	expires?: Instant;
	may: string[];
}

/** Word is a shift manager's, for one thing. */
export interface Word {
	pin: string;
	reason: string;
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
