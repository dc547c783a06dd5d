import { call, Refusal, uuid, type Instant } from '@awesome/ui';
import { ownPart } from '@awesome/ui/lanes';
import { farMetres, metres } from '../map/distance.ts';
import { byKey, none } from '../maps.ts';
import { Shelf } from '../shelf.ts';
import type { Restaurant } from '../shop/restaurant.ts';
import type { Place } from '../wire.ts';
import { Deeds, type Verb } from './deeds.svelte.ts';
import { Line } from './mqtt.ts';
import { Places } from './places.svelte.ts';
import { Purse } from './purse.svelte.ts';
import { inTurn } from './stops.ts';
import { instant } from '../time.ts';
import { trips, type Trip } from './trips.ts';
import type { DriverState, Offer, Stop, Wait } from './wire.ts';

interface Session {
	id: string;
	secret: string;
	name: string;
}

/** Act is an answer to a trip, by its own name. */
interface Act {
	what: string;
	id: string;
	at: Instant;
}

export type SignIn = 'out' | 'asking' | 'wrong' | 'unreached' | 'in';

const pollEvery = 2_500; // ms, on shift
const bagEvery = 15_000; // ms

/** Shift is a driver's phone: who drives, on shift or not, what is offered, the stops, and what waits to be sent. */
export class Shift {
	#session = $state.raw<Session | undefined>();
	#signIn = $state<SignIn>('out');
	#status = $state<DriverState>('offline');
	#offers = $state.raw<Offer[]>([]);
	#stops = $state.raw<Stop[]>([]);
	#wait = $state.raw<Wait | undefined>();
	#restaurants = $state.raw<ReadonlyMap<string, Restaurant>>(none());
	#heardAt = $state(0);
	#lost = $state(false);
	#places = $state.raw<Places | undefined>();
	#purse = $state.raw<Purse | undefined>();
	#direct = $state(false);
	#answering = $state('');
	#act: Act | undefined;
	#deeds = $state.raw<Deeds | undefined>();
	#shelf = new Shelf<Session>('driver');
	#known = new Shelf<{ status: DriverState; stops: Stop[]; restaurants?: Restaurant[] }>('driver.stops');
	#kept = $state(0);
	#timer: ReturnType<typeof setInterval> | undefined;
	#line: Line | undefined;
	#bagAt = 0;
	#entered = 0; // attempts to sign in
	#asked = 0; // looks that were begun
	#seen = 0; // the last of them whose answer is shown

	constructor() {
		const kept = this.#shelf.read();
		if (!kept) return;
		const last = this.#known.read();
		this.#status = last?.status ?? 'offline';
		this.#stops = last?.stops ?? [];
		this.#restaurants = byKey(last?.restaurants ?? [], (r) => r.id);
		this.#begin(kept);
	}

	get name(): string {
		return this.#session?.name ?? '';
	}

	get signIn(): SignIn {
		return this.#signIn;
	}

	get status(): DriverState {
		return this.#deeds?.shiftOf(this.#status) ?? this.#status;
	}

	get onShift(): boolean {
		return this.status === 'available' || this.status === 'busy';
	}

	get offers(): Offer[] {
		return this.#offers;
	}

	/** wait is where this driver had better wait for the next order, while the cloud says so. */
	get wait(): Wait | undefined {
		return this.onShift && !this.#lost ? this.#wait : undefined;
	}

	/** trips are the offers, those of one trip together. */
	get trips(): Trip[] {
		return trips(this.#offers);
	}

	/** stops still to do, in the order to do them; what waits to be sent counts as done. */
	get stops(): Stop[] {
		return inTurn(this.#stops.map((s) => ({ ...s, status: this.#deeds?.statusOf(s.order_id, s.status) ?? s.status })).filter((s) => s.status !== 'Delivered' && s.status !== 'Failed'));
	}

	/** kept is how much waited to be sent when this driver was not let in any more. */
	get kept(): number {
		return this.#kept;
	}

	get deeds(): Deeds | undefined {
		return this.#deeds;
	}

	/** lost: the cloud did not answer the last time; what is shown is what it said at heardAt. */
	get lost(): boolean {
		return this.#lost;
	}

	get heardAt(): number {
		return this.#heardAt;
	}

	get places(): Places | undefined {
		return this.#places;
	}

	/** purse is the cash bag. */
	get purse(): Purse | undefined {
		return this.#purse;
	}

	/** direct: there is a line over which offers come at once and positions go. */
	get direct(): boolean {
		return this.#direct;
	}

	/** answering is the trip whose answer is on its way. */
	get answering(): string {
		return this.#answering;
	}

	restaurant(id: string): Restaurant | undefined {
		return this.#restaurants.get(id);
	}

	/** houseOf names the restaurant of a stop where there are stops of several: each counts its orders for itself. */
	houseOf(stop: Stop): string {
		const several = this.stops.some((s) => s.restaurant_id !== stop.restaurant_id);
		const names = [...this.#restaurants.values()].map((r) => r.name);
		const name = this.restaurant(stop.restaurant_id)?.name;
		return several && name ? ownPart(name, names) : '';
	}

	async enter(id: string, secret: string): Promise<void> {
		const turn = ++this.#entered;
		this.#signIn = 'asking';
		try {
			const me = await call<{ id: string; name: string; status: DriverState }>(`/api/drivers/${encodeURIComponent(id.trim())}`, { headers: bearer(secret.trim()) });
			if (turn !== this.#entered) return;
			this.#status = me.status;
			const session = { id: me.id, secret: secret.trim(), name: me.name };
			this.#shelf.write(session);
			this.#kept = 0;
			this.#begin(session);
			void this.look();
		} catch (err) {
			if (turn !== this.#entered) return;
			this.#signIn = err instanceof Refusal && err.problem.status < 500 && err.problem.status !== 429 ? 'wrong' : 'unreached';
		}
	}

	leave(): void {
		this.stop();
		this.#session = undefined;
		this.#entered++;
		this.#answering = '';
		this.#purse?.forget();
		this.#deeds = undefined;
		this.#purse = undefined;
		this.#places = undefined;
		this.#stops = [];
		this.#offers = [];
		this.#wait = undefined;
		this.#shelf.clear();
		this.#known.clear();
		this.#signIn = 'out';
	}

	/** begin begins the shift of who is on none. */
	begin(): void {
		if (!this.onShift) this.#turn('available');
	}

	/** end ends the shift of who is on one. */
	end(): void {
		if (this.onShift) this.#turn('end_of_shift');
	}

	do(stop: Stop, verb: Verb, reason?: string): void {
		const here: Place | undefined = this.#places?.here(Date.now());
		const far = here && stop.address && (verb === 'deliver' || verb === 'fail') ? metres(here, stop.address) : 0;
		this.#deeds?.add({
			kind: 'order', verb, order: stop.order_id, number: stop.number,
			...(reason === undefined ? {} : { reason }), ...(here ? { here } : {}), ...(verb === 'deliver' && stop.cash_due ? { cash: stop.cash_due.minor } : {}), ...(far > farMetres ? { far } : {}),
		});
	}

	/** poke looks at once: there may be a signal again. */
	poke(): void {
		this.#line?.poke();
		void this.look();
	}

	/**
	 * answer accepts or declines a trip: all of the doors that were shown, as one act, or none. Said again because no answer came, it is the same act. What comes
	 * late is refused, and the next look shows what holds.
	 */
	async answer(trip: Trip, yes: boolean): Promise<string> {
		const s = this.#session;
		if (!s || this.#answering) return '';
		this.#answering = trip.id;
		const act = this.#actOf(trip, yes);
		try {
			await this.#say(s, trip, yes, act);
			if (this.#session === s) this.#offers = this.#offers.filter((o) => !trip.offers.some((of) => of.id === o.id));
			return '';
		} catch (err) {
			if (this.#session !== s) return '';
			return err instanceof Refusal ? err.message : 'unreached';
		} finally {
			if (this.#session === s) {
				this.#answering = '';
				void this.look();
			}
		}
	}

	/** actOf is the name of an answer, and when it was first given: the same for the same doors until another answer is given. */
	#actOf(trip: Trip, yes: boolean): Act {
		const what = [yes, trip.id, ...trip.offers.map((o) => o.id)].join(' ');
		if (this.#act?.what !== what) this.#act = { what, id: uuid(), at: instant(Date.now()) };
		return this.#act;
	}

	async #say(s: Session, trip: Trip, yes: boolean, act: Act): Promise<void> {
		const me = `/api/drivers/${encodeURIComponent(s.id)}`;
		const verb = yes ? 'accept' : 'decline';
		const body = { offers: trip.offers.map((o) => o.id), at: act.at };
		try {
			await call(`${me}/trips/${encodeURIComponent(trip.id)}/${verb}`, { method: 'POST', headers: { ...bearer(s.secret), 'Idempotency-Key': act.id }, body });
		} catch (err) {
			if (!(err instanceof Refusal) || err.problem.status !== 404 || err.problem.code !== 'no_such_path') throw err;
			for (const o of trip.offers) await call(`${me}/offers/${encodeURIComponent(o.id)}/${verb}`, { method: 'POST', headers: bearer(s.secret) }); // an older core
		}
	}

	/** look asks what is offered and what was taken on. An answer to somebody who has left since, or behind one that was asked for later, is none. */
	async look(): Promise<void> {
		const s = this.#session;
		if (!s) return;
		const id = encodeURIComponent(s.id);
		const headers = bearer(s.secret);
		const mark = this.#deeds?.mark ?? 0;
		const turn = ++this.#asked;
		const late = () => this.#session !== s || turn < this.#seen;
		try {
			const [work, me] = await Promise.all([
				call<{ offers: Offer[]; stops: Stop[]; wait_near?: Wait | null }>(`/api/drivers/${id}/offers`, { headers }),
				call<{ status: DriverState }>(`/api/drivers/${id}/status`, { headers }),
			]);
			if (late()) return;
			this.#seen = turn;
			this.#offers = work.offers;
			this.#stops = work.stops;
			this.#wait = work.wait_near ?? undefined;
			this.#status = me.status;
			this.#heardAt = Date.now();
			this.#lost = false;
			this.#deeds?.settle(mark, false);
			this.#deeds?.flush();
			this.#follow();
			if (Math.abs(Date.now() - this.#bagAt) > bagEvery) void this.#lookBag();
			if (work.stops.some((stop) => !this.#restaurants.has(stop.restaurant_id))) await this.#readRestaurants();
			if (!late()) this.#remember();
		} catch (err) {
			if (late()) return;
			if (err instanceof Refusal && (err.problem.status === 401 || err.problem.status === 403)) {
				const kept = this.#deeds?.waiting.length ?? 0;
				this.leave();
				this.#kept = kept;
				this.#signIn = 'wrong';
			} else this.#lost = true;
		}
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#deeds?.stop();
		this.#unwatch();
	}

	#begin(session: Session): void {
		const headers = () => bearer(session.secret); // what is still under way when somebody else signs in is never sent as them
		this.#session = session;
		this.#signIn = 'in';
		this.#deeds = new Deeds(session.id, headers, () => void this.#sent(session));
		this.#places = new Places(session.id, headers, () => this.#line);
		this.#purse = new Purse(session.id, headers, this.#deeds);
		this.#deeds.flush();
		clearInterval(this.#timer);
		this.#timer = setInterval(() => void this.look(), pollEvery);
		this.#follow();
		void this.look();
	}

	#turn(status: DriverState): void {
		this.#deeds?.add({ kind: 'shift', status });
		this.#follow();
	}

	/** follow tells the position and keeps a line open while on shift, and never otherwise. */
	#follow(): void {
		const s = this.#session;
		if (!s || (!this.onShift && this.stops.length === 0)) return this.#unwatch();
		this.#places?.watch();
		if (this.#line || typeof WebSocket === 'undefined') return;
		this.#line = new Line({
			url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`,
			user: s.id,
			secret: s.secret,
			topics: [`pizza/drivers/${s.id}/assigned`],
			hears: () => void this.look(),
			changed: (up) => (this.#direct = up),
		});
	}

	#unwatch(): void {
		this.#places?.stop();
		this.#line?.stop();
		this.#line = undefined;
	}

	async #lookBag(): Promise<void> {
		this.#bagAt = Date.now();
		await this.#purse?.look();
	}

	/** remember keeps what is shown for a reload without signal. What waits is kept by itself. */
	#remember(): void {
		const { stops } = this;
		const restaurants = [...this.#restaurants.values()].filter((r) => stops.some((s) => s.restaurant_id === r.id));
		this.#known.write({ status: this.status, stops, restaurants });
	}

	async #sent(session: Session): Promise<void> {
		if (this.#session !== session) return;
		this.#remember();
		await Promise.all([this.look(), this.#lookBag()]);
	}

	async #readRestaurants(): Promise<void> {
		const all = await call<{ restaurants: Restaurant[] }>('/api/restaurants').catch(() => undefined);
		if (all) this.#restaurants = byKey(all.restaurants, (r) => r.id);
	}
}

function bearer(secret: string): Record<string, string> {
	return { Authorization: `Bearer ${secret}` };
}
