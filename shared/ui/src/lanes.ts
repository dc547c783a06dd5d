import { movable, slack, standing, type Board, type Lane, type Planned } from './dispatch.ts';

// Where a dispatcher looks first, and how what is there is called.

/** Sight is the sequence of lanes on a page, by their ids: those with cards, and the drivers who have nothing to bring. */
export interface Sight {
	lanes: readonly string[];
	idle: readonly string[];
}

const stride = 5; // minutes: a lane that is a minute later than another one does not change places with it

/** heat says how soon somebody should look at a lane, most first: nobody's, drivers who are not there, what is stuck or silent, what is late (the latest first), the rest. */
function heat(l: Lane, now: number): number {
	if (l.id === '') return Infinity;
	if (l.id === '?') return 1e9;
	const stuck = l.orders.some((o) => ['gone', 'stuck'].includes(standing(o)) || (l.driver?.silent_since && !movable(o)));
	const late = Math.max(0, ...l.orders.map((o) => -(slack(o, now) ?? 0)));
	return (stuck ? 1e6 : 0) + Math.ceil(late / stride);
}

/** sight is the sequence that says where to look. Lanes that are as urgent as each other stay as they come. */
export function sight(all: readonly Lane[], now: number): Sight {
	const idle = (l: Lane) => l.driver !== undefined && l.orders.length === 0;
	const hot = all.filter((l) => !idle(l)).map((l) => ({ id: l.id, heat: heat(l, now) }));
	return { lanes: hot.sort((x, y) => (x.heat === y.heat ? 0 : y.heat - x.heat)).map((l) => l.id), idle: all.filter(idle).map((l) => l.id) };
}

/** keep is what is shown of a sight while somebody is among the lanes: every lane stays where it is, what is new comes last. */
export function keep(shown: Sight, wanted: Sight): Sight {
	const there = new Set([...wanted.lanes, ...wanted.idle]);
	const stay = shown.lanes.filter((id) => there.has(id));
	const lanes = [...stay, ...wanted.lanes.filter((id) => !stay.includes(id))];
	const waits = shown.idle.filter((id) => there.has(id) && !lanes.includes(id));
	return { lanes, idle: [...waits, ...wanted.idle.filter((id) => !lanes.includes(id) && !waits.includes(id))] };
}

const rest = 3_000; // ms after the last move of a pointer over the lanes

/** Calm keeps lanes where they are while somebody is among them: with a pointer, by keyboard, or with a card in the hand. */
export class Calm {
	#shown: Sight | undefined;
	#inside = false;
	#movedAt = -Infinity;

	/** focus: the keyboard is in one of the lanes, or no more. */
	focus(inside: boolean): void {
		this.#inside = inside;
	}

	/** move: a pointer was over the lanes at a time. */
	move(at: number): void {
		this.#movedAt = at;
	}

	/** take says what is shown of a sight at a time. */
	take(wanted: Sight, at: number): Sight {
		const busy = this.#inside || Math.abs(at - this.#movedAt) < rest;
		this.#shown = busy && this.#shown ? keep(this.#shown, wanted) : wanted;
		return this.#shown;
	}
}

/** ownPart is what of each name is not common to all of them, by whole words: on a map there is no room for more. */
export function ownPart(name: string, all: string[]): string {
	const words = name.split(' ');
	let n = 0;
	while (all.length > 1 && n < words.length - 1 && all.every((a) => a.split(' ').slice(0, n + 1).join(' ') === words.slice(0, n + 1).join(' '))) n++;
	return words.slice(n).join(' ');
}

/** Sign is how a restaurant is called where there is little room, and where there is next to none. */
export interface Sign {
	short: string;
	mark: string;
}

/** signs tell the restaurants of a board apart, by their ids. Of a single one nothing has to be said. */
export function signs(b: Pick<Board, 'restaurants'>, nameOf: (house: string) => string): Map<string, Sign> {
	const ids = b.restaurants.map((r) => r.id);
	if (ids.length < 2) return new Map();
	const names = ids.map(nameOf);
	const own = names.map((n) => ownPart(n, names));
	const twice = (all: string[], x: string) => all.filter((y) => y === x).length > 1;
	const short = own.map((s, i) => (twice(own, s) ? `${s} ${ids[i] ?? ''}` : s));
	const mark = short.map((s) => {
		const words = s.split(' ').filter((w) => w !== '');
		return (words.length > 1 ? words.map((w) => [...w][0]).slice(0, 3).join('') : [...s].slice(0, 2).join('')).toUpperCase();
	});
	return new Map(ids.map((id, i) => [id, { short: short[i] ?? '', mark: twice(mark, mark[i] ?? '') ? String(i + 1) : (mark[i] ?? '') }]));
}

/** numbered is how an order is called where its number stands alone: restaurants count for themselves. */
export function numbered(o: Pick<Planned, 'number' | 'restaurant_id'>, all: ReadonlyMap<string, Sign>): string {
	const house = all.get(o.restaurant_id)?.short;
	const n = String(o.number ?? '…');
	return house ? `${n} (${house})` : n;
}
