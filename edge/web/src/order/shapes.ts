import type { Change, Channel, Fulfilment, Instant, Money, PromiseRange, Status } from '@awesome/ui';
import { desk as words } from '../words/desk.ts';
import { locale } from '../words/words.ts';
import { when } from './later.ts';

/** Place is where a delivery goes, as people say it on the phone. */
export interface Place {
	street: string;
	city: string;
	note?: string;
}

/** Bill is what was paid for an order here, and what is left. */
export interface Bill {
	due: Money;
	paid: Money;
	discount?: Money;
	refunded?: Money;
	owed?: Money;
	method?: 'cash' | 'card';
	change?: Money;
}

export interface OrderLine {
	product: string;
	half?: string;
	size?: string;
	crust?: string;
	sauce?: string;
	cut?: string;
	quantity: number;
	name?: string;
	note?: string;
	toppings?: Change[];
	avoid?: string[];
}

/** Order is an order as /api/orders has it. */
export interface Order {
	id: string;
	number: number | null;
	channel: Channel;
	fulfilment: Fulfilment;
	customer: { name?: string; phone?: string };
	address?: Place;
	status: Status;
	kitchen: { state: string };
	delivery: { state: string; driver?: { name?: string } };
	lines: OrderLine[];
	totals: { total: Money };
	payment: { method: string };
	promise: PromiseRange;
	ready?: Instant;
	/** fire_at: scheduled, for then. */
	fire_at?: Instant;
	placed_at: Instant;
	bill: Bill;
	carrier?: string;
}

/** over: the order has ended, so that nothing more is made for it. */
export const over = (o: Order) => ['Delivered', 'Cancelled', 'Failed'].includes(o.status);

/** titled is how the counter calls an order: by its number, and as long as it has none by who wants it when. */
export function titled(o: Order, now = Date.now()): string {
	if (o.number !== null) return String(o.number);
	const who = o.customer.name || words.pay.guest;
	return o.fire_at ? words.later.order(who, when(o.fire_at, now, locale)) : who;
}

/** Run is an order that is out with a driver of the restaurant's own. */
export interface Run {
	order: string;
	number: number;
	driver: string;
	due: Money;
	at: Instant;
}

export interface OpenOrder {
	id: string;
	number: number;
	due: Money;
}

export interface Drawer {
	id: string;
	day: string;
	open: boolean;
	opened_at: Instant;
	opened_by?: string;
	float: Money;
	expected: Money;
	entries: number;
	closed_at?: Instant;
	closed_by?: string;
	counted?: Money;
	difference?: Money;
	note?: string;
}

/** GET /api/till. */
export interface Till {
	open: boolean;
	till: Drawer | null;
	runs: Run[];
	unpaid: OpenOrder[];
	owed: OpenOrder[];
	/** Own drivers brought less than was due. */
	short: (OpenOrder & { driver: string })[];
}

export interface ReportLine {
	name: string;
	payments: number;
	taken: number;
	refunds: number;
	net: number;
	/** What a driver has not brought yet. */
	short?: number;
}

/** BagLine is the cash bag of a driver of the chain's; sums are minor units. */
export interface BagLine {
	id: string;
	driver: string;
	at: Instant;
	back: boolean;
	float: number;
	expected: number;
	counted: number;
	difference: number;
	/** It is not in what the drawer should hold: no till was open, or the news came too late. */
	beside: boolean;
	note?: string;
}

/** GET /api/till/report; sums are minor units. */
export interface Report {
	day: string;
	currency: string;
	by_method: ReportLine[];
	by_channel: ReportLine[];
	by_person: ReportLine[];
	by_driver: ReportLine[];
	/** A node of an older version says nothing of them. */
	bags?: BagLine[];
	taken: number;
	refunds: number;
	discounts: number;
	drops: number;
	pay_outs: number;
	pay_ins: number;
	no_sales: number;
	tills: Drawer[];
}

/** Missing is something that cannot be had, and why. */
export interface Missing {
	id: string;
	name: string;
	reason?: string;
	auto: boolean;
	because?: { kind: string; id: string };
	without?: string[];
	until?: Instant;
}

export interface SoldOut {
	products: Missing[];
	toppings: Missing[];
	ingredients: Missing[];
	crusts?: Missing[];
	sauces?: Missing[];
}

/** Lack is why a line cannot be sold, Alternative what can be had instead. */
export interface Lack {
	line: number;
	kind: string;
	id: string;
	name: string;
	left?: number;
}

export interface Alternative {
	line: number;
	product: string;
	name: string;
	size?: string;
	without?: string[];
	/** plain: the same, with the usual crust and its own sauce. */
	plain?: boolean;
}

/** POST /api/quote. */
export interface Quote {
	totals: { total: Money };
	promise: PromiseRange;
	large: boolean;
}

/** Caller is who orders from a phone number. */
export interface Caller {
	phone: string;
	name: string;
	addresses: Place[];
	orders: { order: string; at: Instant; fulfilment: Fulfilment; lines: OrderLine[]; total: Money }[];
}

/** Level is how an ingredient stands; quantities are grams or pieces. */
export interface Level {
	id: string;
	name: string;
	unit: string;
	tracked: boolean;
	on_hand: number | null;
	available: number | null;
	reserved: number;
	lent: number;
	par: number;
	low: boolean;
	runs_out_at?: Instant;
	sold_out?: boolean;
}

export interface Suggestion {
	ingredient: string;
	name: string;
	unit: string;
	pack: number;
	packs: number;
	quantity: number;
	on_hand: number;
	on_order: number;
	urgent: boolean;
}
