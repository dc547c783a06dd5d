import type { Ticket } from '@awesome/ui';
import type { Device } from '../device/device.svelte.ts';
import type { Tab } from '../house/HousePanel.svelte';
import { house } from '../words/house.ts';
import { words } from '../words/words.ts';
import type { Chime } from '../device/sound.svelte.ts';
import type { Board } from './board.svelte.ts';
import { banners } from './banners.ts';
import { beside, pagesOf, settle, type Seat } from './grid.ts';
import { fires } from './ageing.ts';
import { Dial } from './dial.svelte.ts';
import { Glass } from './glass.svelte.ts';
import { calls, Ringer } from './ringer.ts';
import { Cursor } from './cursor.svelte.ts';
import { aside, edge, gap, layout, type Field, type Layout } from './layout.ts';
import { Presence } from './presence.ts';
import { parts, type Part } from './cut.ts';
import { rows, said, type Row } from './rows.ts';
import { here, next, open, shows, stationOf, type View, type Whereabout } from './stations.ts';
import { Steady } from './steady.ts';
import type { Tap, Taps } from './taps.svelte.ts';

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
	spoken = $state(''); // what keys mean now, for whoever does not see it
	#page = $state(0);
	#seats: Seat[] = [];
	#own: string | undefined; // whom this screen moved on last
	#cursor = new Cursor();
	#steady = { ticket: new Steady(), line: new Steady() };
	#mine: { ticket: string; line: string | undefined; until: number } | undefined; // what becomes of these next is of this screen's doing
	#aimed = { ticket: '', line: '' }; // when it was looked at last: an order, and the key of a line
	#ringer = new Ringer();

	readonly board: Board;
	readonly taps: Taps;
	readonly device: Device;
	readonly chime: Chime;
	readonly glass = new Glass();
	readonly dial = new Dial();
	readonly presence: Presence;
	#now: () => number;

	constructor(board: Board, taps: Taps, device: Device, chime: Chime, now: () => number = Date.now) {
		this.board = board;
		this.taps = taps;
		this.device = device;
		this.chime = chime;
		this.#now = now;
		this.presence = new Presence(board, device, this.glass, () => this.name);
	}

	view: View = $derived.by(() => this.device.view ?? 'all');
	layout: Layout = $derived.by(() => layout(this.field));
	tickets: Ticket[] = $derived.by(() => this.board.tickets.filter((t) => shows(t, this.view)));

	/** voided are the tickets of this display that must not be made any more, and nobody has taken note yet. */
	voided: Ticket[] = $derived.by(() => this.tickets.filter((t) => t.voided));

	#cut: Map<string, Part[]> = $derived.by(() => {
		const { inner, high, small, low, columns } = this.layout;
		const cut = (t: Ticket) => parts(rows(here(t, this.view), this.view === 'pass', this.view !== 'make' && this.view !== 'oven'), { inner, high, small, low, aside: aside(t, this.view, small), edge: edge(t, inner), banners: banners(t, this.layout) }, columns);
		return new Map(this.tickets.map((t) => [t.order_id, cut(t)]));
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
		if (to === this.#page) return;
		this.#page = to;
		this.look(performance.now(), true);
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
		this.#cursor.leave();
		this.#meant();
	}

	/** lines of a ticket that are not done here. */
	lines(ticket: Ticket): Row[] {
		return (this.#cut.get(ticket.order_id) ?? []).flatMap((p) => p.rows.filter((r) => !r.again && r.todo.length > 0));
	}

	/** chosen is the key of the line that arrows have gone to, of the ticket with the focus. */
	chosen(ticket: Ticket): string | undefined {
		return this.focus === ticket.order_id ? this.#cursor.of(ticket.order_id) : undefined;
	}

	/** aim is what keys mean: a ticket and a line of it, and where they lie. */
	aim = $derived.by(() => {
		const ticket = this.atHand;
		if (!ticket) return { ticket: '', line: '', of: { ticket: '', line: '' } };
		const seat = this.cards.find((c) => c.ticket === ticket)?.seat;
		const where = `${ticket.order_id} ${seat?.page} ${seat?.column} ${seat?.top}`;
		const lines = this.lines(ticket);
		const chosen = this.chosen(ticket);
		const line = chosen === undefined ? lines[0] : lines.find((l) => l.key === chosen);
		const of = { ticket: ticket.order_id, line: line?.key ?? '' };
		return { ticket: where, line: `${where} ${of.line} ${line ? `${lines.indexOf(line)} ${line.todo.length}` : ''}`, of };
	});

	/** look takes note of what moved under the keys. It is called whenever the aim has changed, and by whoever changes it. */
	look(now = performance.now(), mine = false): void {
		const did = this.#mine;
		const done = did !== undefined && now < did.until && this.#aimed.ticket === did.ticket && (did.line === undefined || this.#aimed.line === did.line);
		if (done && did.line !== undefined && this.focused) this.#cursor.keep(did.ticket, this.lines(this.focused));
		const { ticket, line, of } = this.aim;
		const moved = [this.#steady.ticket.look(ticket, now, mine || done), this.#steady.line.look(line, now, mine || done)];
		if (done && moved.includes(true)) this.#mine = undefined; // whatever moves after that is not of its doing
		this.#aimed = of;
	}

	/** byKey does what a key asks for with what it means, unless that has just come to lie where it lies: nobody has aimed at it. */
	byKey(what: 'bump' | 'item' | 'start' | 'hold', now = performance.now()): void {
		this.look(now);
		const ticket = this.atHand;
		if (!ticket) return;
		const chosen = this.chosen(ticket);
		const line = chosen === undefined ? undefined : this.lines(ticket).find((l) => l.key === chosen);
		const gone = what === 'item' && chosen !== undefined && !line; // somebody else has done it
		if (gone) {
			this.#cursor.keep(ticket.order_id, this.lines(ticket)); // it goes to the one beside, where it can be seen before it is meant
			this.look(now);
		}
		if (!this.#steady[what === 'item' ? 'line' : 'ticket'].still(now)) return this.taps.missed(ticket);
		if (what === 'item') this.item(ticket, line?.todo[0]?.id);
		else this[what](ticket);
	}

	/** act does something to a ticket; what moves because of it has not moved by itself. */
	#act(ticket: Ticket, line: string | undefined, ...taps: Tap[]): void {
		const mine = { ticket: ticket.order_id, line, until: Infinity };
		this.#mine = mine;
		void this.taps.act(ticket, ...taps).then(
			() => (mine.until = performance.now() + 1000), // the board may hear of it later than the hand
			() => (mine.until = 0),
		);
	}

	/** meant says what keys mean now: a hand has moved it. */
	#meant(): void {
		this.look(performance.now(), true);
		const ticket = this.focused;
		if (!ticket) return void (this.spoken = '');
		const lines = this.lines(ticket);
		const at = lines.findIndex((l) => l.key === this.chosen(ticket));
		const line = lines[at];
		this.spoken = line ? words.lineAt(ticket.number, said(line), at + 1, lines.length) : words.order(ticket.number);
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
		if (step === 'hand_over') this.#act(ticket, undefined, { verb: 'hand-over', station: 'pass' });
		else if (step === 'start') void this.taps.act(ticket, { verb: 'start', station }); // it stays where it is
		else this.#act(ticket, undefined, { verb: 'bump', station });
	}

	/** bump says that this station is done with a ticket, started or not. */
	bump(ticket: Ticket): void {
		this.#own = ticket.order_id;
		if (this.#first(ticket)) return;
		const step = next(ticket, this.view);
		if (step !== 'start') return this.press(ticket);
		this.#act(ticket, undefined, { verb: 'bump', station: stationOf(step, ticket) });
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
		this.#act(ticket, this.lines(ticket).find((l) => l.items.includes(item))?.key, ...taps);
	}

	/** move goes up and down along the lines of the ticket with the focus, from its head to its last, and on to the ticket above or below; left and right
	 * to the nearest ticket there. Its page comes into view. */
	move(by: 'left' | 'right' | 'up' | 'down'): void {
		const ticket = this.focused;
		if (ticket && (by === 'up' || by === 'down') && this.#cursor.along(ticket.order_id, this.lines(ticket), by)) return this.#meant();
		const seats = this.cards.map((c) => c.seat);
		const from = seats.find((s) => s.id === this.focus && s.page === this.page);
		const to = from ? beside(seats, from, by) : seats.find((s) => s.page === this.page);
		if (!to) return;
		this.focus = to.id;
		this.#cursor.leave();
		this.turn(to.page);
		this.#meant();
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

	/** toggle opens a panel, or closes it. */
	toggle(panel: NonNullable<Screen['panel']>): void {
		this.panel = this.panel === panel ? undefined : panel;
	}
}
