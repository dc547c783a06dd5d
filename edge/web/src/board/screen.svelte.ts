import { call, Refusal, type Ticket } from '@awesome/ui';
import type { Device } from '../device/device.svelte.ts';
import type { Tab } from '../house/HousePanel.svelte';
import { house } from '../words/house.ts';
import { words } from '../words/words.ts';
import type { Chime } from '../device/sound.svelte.ts';
import type { Board } from './board.svelte.ts';
import { beside, pagesOf, settle, type Seat } from './grid.ts';
import { fires } from './ageing.ts';
import { told } from './changes.ts';
import { Dial } from './dial.svelte.ts';
import { Glass } from './glass.svelte.ts';
import { calls, Ringer } from './ringer.ts';
import { parts, type Part } from './cut.ts';
import { harms, remade, rows, speaksOfAllergy } from './rows.ts';
import { here, next, open, shows, stationOf, type View, type Whereabout } from './stations.ts';
import type { Tap, Taps } from './taps.svelte.ts';

/** Size of the field that tickets are laid out in, in CSS pixels. */
export interface Field {
	width: number;
	height: number;
}

/** Layout is what a page of a field has room for. */
export interface Layout {
	columns: number;
	steps: number; // of a column
	step: number; // pixels of one
	page: number; // pixels from one page to the next
	inner: number; // width of a card's inside
	high: number; // of the highest card
	small: boolean; // the type is that of a tablet
}

export const gap = 12;
const stride = 24; // cards begin and end at multiples of this, so that a hole fits the next one

/** layout keeps cards wide enough to read at two metres. */
export function layout(field: Field): Layout {
	const small = field.width < 1400;
	const columns = Math.max(1, Math.floor((field.width + gap) / ((small ? 300 : 340) + gap)));
	const steps = Math.max(10, Math.floor((field.height + gap) / stride));
	const width = (field.width - gap * (columns - 1)) / columns;
	return { columns, steps, step: (field.height + gap) / steps, page: field.height + gap, inner: width - 26, high: field.height, small };
}

/** Card is a part of a ticket where it lies. */
export interface Card {
	ticket: Ticket;
	part: Part;
	seat: Seat;
}

/** Screen is one display at work: which tickets lie where, which one has the focus, what is open over them. */
export class Screen {
	field = $state<Field>({ width: 1280, height: 680 });
	focus = $state<string | undefined>(); // the ticket that keys act on; empty: they aimed at a place where none lies
	panel = $state<'recall' | 'more' | 'all_day' | 'settings' | 'house' | undefined>();
	tab = $state<Tab>('people');
	#page = $state(0);
	#seats: Seat[] = [];
	#own: string | undefined; // whom this screen moved on last
	#shown = new Set<string>();
	#ringer = new Ringer();

	readonly board: Board;
	readonly taps: Taps;
	readonly device: Device;
	readonly chime: Chime;
	readonly glass = new Glass();
	readonly dial = new Dial();
	#now: () => number;

	constructor(board: Board, taps: Taps, device: Device, chime: Chime, now: () => number = Date.now) {
		this.board = board;
		this.taps = taps;
		this.device = device;
		this.chime = chime;
		this.#now = now;
	}

	view: View = $derived.by(() => this.device.view ?? 'all');
	layout: Layout = $derived.by(() => layout(this.field));
	tickets: Ticket[] = $derived.by(() => this.board.tickets.filter((t) => shows(t, this.view)));

	/** voided are the tickets of this display that must not be made any more, and nobody has taken note yet. */
	voided: Ticket[] = $derived.by(() => this.tickets.filter((t) => t.voided));

	#cut: Map<string, Part[]> = $derived.by(() => {
		const { inner, high, small, columns } = this.layout;
		const aside = this.view === 'oven' || (this.view === 'all' && !small) ? 100 : 40; // clocks and words
		return new Map(
			this.tickets.map((t) => [t.order_id, parts(rows(here(t, this.view), this.view === 'pass', !['make', 'oven'].includes(this.view ?? '')), { inner, high, small, aside, banners: banners(t) }, columns)]),
		);
	});

	#settled = $derived.by(() => {
		const { columns, steps, step } = this.layout;
		const guests = this.tickets.map((t) => ({ id: t.order_id, high: (this.#cut.get(t.order_id) ?? []).map((p) => Math.ceil((p.high + gap) / step)) }));
		this.#seats = settle(this.#seats, guests, { columns, steps }); // where everybody sits is history, not a function of now
		return this.#seats;
	});

	/** cards in the order in which they are read, page after page. */
	cards: Card[] = $derived.by(() => {
		const byID = new Map(this.tickets.map((t) => [t.order_id, t]));
		return this.#settled.flatMap((seat) => {
			const ticket = byID.get(seat.id);
			const part = this.#cut.get(seat.id)?.[seat.part];
			return ticket && part ? [{ ticket, part, seat }] : [];
		});
	});

	/** pages there are; at least one. */
	pages: number = $derived.by(() => pagesOf(this.#settled));

	/** page in view, from 0. */
	page: number = $derived.by(() => Math.min(this.#page, this.pages - 1));

	/** sheet is what lies on a page. */
	sheet(page: number): Card[] {
		return this.cards.filter((c) => c.seat.page === page);
	}

	/** inView are the tickets on the page in view, once each. */
	inView: Ticket[] = $derived.by(() => [...new Set(this.sheet(this.page).map((c) => c.ticket))]);

	/** turn goes to a page; the field scrolls there. */
	turn(page: number): void {
		const to = Math.max(0, Math.min(page, this.pages - 1));
		if (to !== this.page && this.focus !== undefined && !this.sheet(to).some((c) => c.ticket.order_id === this.focus)) this.focus = undefined; // keys never act on what is out of view
		this.#page = to;
	}

	/** near is the page that a field shows which was scrolled so far. */
	near(scrolled: number): number {
		return Math.max(0, Math.min(Math.round(scrolled / this.layout.page), this.pages - 1));
	}

	/** nextUp is the oldest ticket that nobody here has touched: its card is light. */
	nextUp: string | undefined = $derived.by(() => {
		const now = this.#now();
		const untouched = (t: Ticket) => !t.voided && fires(t) <= now && !t.hold && here(t, this.view).every((i) => i.state !== 'making' && i.state !== 'in_oven');
		return this.tickets.find(untouched)?.order_id;
	});

	/** focused is the ticket that keys act on. */
	get focused(): Ticket | undefined {
		return this.inView.find((t) => t.order_id === this.focus);
	}

	/**
	 * atHand is the ticket that a key means: the one with the focus, else the first in view. Who aimed at a place where none lies, or at one that
	 * somebody else has taken away in the meantime, means no other.
	 */
	get atHand(): Ticket | undefined {
		if (this.focus === undefined || (this.focus !== '' && this.focus === this.#own && !this.focused)) return this.inView[0];
		return this.focused;
	}

	/** pick focuses what a digit means on the page in view. */
	pick(key: number): void {
		this.focus = this.sheet(this.page).find((c) => c.seat.key === key)?.ticket.order_id ?? '';
	}

	/** confirm says where the food of a recovered ticket is: where the ticket says, or elsewhere. */
	confirm(ticket: Ticket, state?: Whereabout): void {
		void this.taps.act(ticket, { verb: 'confirm', state });
	}

	/** press does the big button of a ticket. */
	press(ticket: Ticket): void {
		this.#own = ticket.order_id;
		if (this.#first(ticket)) return;
		const step = next(ticket, this.view);
		if (step === 'wait') return;
		const station = stationOf(step, ticket);
		if (step === 'hand_over') void this.taps.act(ticket, { verb: 'hand-over', station: 'pass' });
		else void this.taps.act(ticket, { verb: step === 'start' ? 'start' : 'bump', station });
	}

	/** bump says that this station is done with a ticket, started or not. */
	bump(ticket: Ticket): void {
		this.#own = ticket.order_id;
		if (this.#first(ticket)) return;
		const step = next(ticket, this.view);
		if (step !== 'start') return this.press(ticket);
		void this.taps.act(ticket, { verb: 'bump', station: stationOf(step, ticket) });
	}

	start(ticket: Ticket): void {
		if (ticket.recovered || ticket.hold || ticket.voided) return;
		if (next(ticket, this.view) === 'start') this.press(ticket);
	}

	/** hold puts a ticket aside, or takes it up again. */
	hold(ticket: Ticket): void {
		if (!ticket.recovered && !ticket.voided) void this.taps.act(ticket, { verb: ticket.hold ? 'release' : 'hold' });
	}

	/** first does what has to come before a hand may move a ticket on: saying where it is, taking note, taking it up again. */
	#first(ticket: Ticket): boolean {
		if (ticket.voided) this.seen(ticket);
		else if (ticket.recovered) this.confirm(ticket);
		else if (open(ticket).length > 0) this.seen(ticket);
		else if (ticket.hold) this.hold(ticket);
		else return false;
		return true;
	}

	/** item says that one thing is done here: what nobody had touched is started with it. */
	item(ticket: Ticket, id: string | undefined): void {
		if (this.#first(ticket)) return;
		const item = here(ticket, this.view).find((i) => (id === undefined ? i.state !== 'done' : i.id === id));
		if (!item || item.state === 'done') return;
		const taps: Tap[] = [{ verb: 'bump', item: item.id }];
		if (item.state === 'queued') taps.unshift({ verb: 'start', item: item.id });
		void this.taps.act(ticket, ...taps);
	}

	/** move takes the focus to the nearest card in a direction, and its page into view. */
	move(by: 'left' | 'right' | 'up' | 'down'): void {
		const seats = this.cards.map((c) => c.seat);
		const from = seats.find((s) => s.id === this.focus && s.page === this.page);
		const to = from ? beside(seats, from, by) : seats.find((s) => s.page === this.page);
		if (!to) return;
		this.focus = to.id;
		this.turn(to.page);
	}

	/** ring plays what there is to be heard now. */
	ring(now: number): void {
		const sound = this.#ringer.ring(calls(this.tickets, this.view, now).filter((c) => this.device.hears(c.sound)), now);
		if (sound) this.chime.play(sound, this.device.volume);
	}

	/** seen takes note of what a ticket shouts about, on all screens: one notice, or all of them. */
	seen(ticket: Ticket, notice?: string): void {
		void this.taps.act(ticket, { verb: 'acknowledge', notice });
	}

	/** name of this screen, as others call it. */
	get name(): string {
		return this.device.name || house.screenName(words.view[this.view], this.device.id.slice(0, 4));
	}

	get #url(): string {
		return `/api/screens/${encodeURIComponent(this.device.id)}`;
	}

	/** announce tells the node what this screen is called and for; from then on it minds whether the screen is there. */
	async announce(): Promise<void> {
		if (!this.device.view || !this.board.live.connected) return;
		await call(this.#url, { method: 'PUT', body: { name: this.name, station: this.device.view } }).catch(() => undefined); // told again when the node is back
	}

	/**
	 * rendered tells the node what is on the glass: each ticket once, and which change of the board was the last. What lies on another page or
	 * in a window behind another one is not to be seen.
	 */
	async rendered(): Promise<void> {
		if (!this.glass.visible || !this.device.view || !this.board.live.connected) return;
		if (this.#shown.size > 1000) this.#shown = new Set([...this.#shown].filter((id) => this.board.ticket(id)));
		const tickets = [...this.glass.shown].filter((id) => !this.#shown.has(id)).slice(0, 500);
		const seq = Math.max(0, this.board.live.seq);
		if (tickets.length === 0 && seq === 0) return; // nothing has happened yet
		for (const id of tickets) this.#shown.add(id);
		try {
			await call(`${this.#url}/rendered`, { body: { tickets, seq } });
		} catch (err) {
			if (tickets.length > 0 && err instanceof Refusal && err.problem.status < 500) return this.rendered(); // it does not know them: without them
			for (const id of tickets) this.#shown.delete(id); // told again before long
		}
	}
}

/** allergies are what must not be overlooked, once each: what has to be avoided first, and then the guests' words. */
export function allergies(ticket: Ticket): string[] {
	return [...new Set([...ticket.items.map(harms).filter(Boolean), ...ticket.items.map((i) => i.note?.trim() ?? '').filter(speaksOfAllergy)])];
}

/** banners is the height of what stands over the rows of a ticket. */
function banners(ticket: Ticket): number {
	const notices = open(ticket);
	return (ticket.recovered ? 76 : 0) + notices.reduce((sum, n) => sum + (n.lines ? 90 : 0) + told(n).reduce((high, line) => high + 30 * Math.ceil((line.text.length + 2) / 24), 0), 0) + (fires(ticket) > 0 ? 44 : 0) + (ticket.hold ? 44 : 0) + (remade(ticket) && !notices.some((n) => n.kind === 'remake') ? 40 : 0) + allergies(ticket).reduce((sum, a) => sum + 48 + 26 * Math.floor(a.length / 23), 0);
}
