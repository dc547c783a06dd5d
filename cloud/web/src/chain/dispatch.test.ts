import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Desk } from './dispatch.svelte.ts';
import { betterBy, Calm, goes, keep, lanes, numbered, older, ownPart, sight, signs, slack, stake, standing, unbrought, wayOf, type Board, type Duty, type Outlook, type Planned } from './dispatch.ts';
import { Staff } from './staff.svelte.ts';

const now = Date.parse('2026-07-03T18:00:00.000Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const outlook = (more: Partial<Outlook> = {}): Outlook => ({ driver_id: null, stop: 0, arrives: null, pick_up: null, door: null, late_s: 0, runner_up: null, dearer_min: 0, because: [], stuck: false, ...more });
const planned = (id: string, more: Partial<Planned> = {}): Planned => ({
	order_id: id, number: 7, restaurant_id: 'r1', kitchen: 'queued', delivery: 'unassigned', drop: { latitude: 40.75, longitude: -73.99 }, placed_at: at(-10),
	promise: { from: at(10), to: at(20) }, ready: at(5), driver_id: null, by_hand: false, offered_to: null, plan: outlook(), ...more,
});
const duty = (id: string, name: string, way: string[] = []): Duty => ({
	id, name, phone: '', vehicle: 'car', restaurant_id: '', status: 'available', position: { latitude: 40.741, longitude: -73.99, at: at(0) }, orders: [], way,
});
const sum = { late: 7, late_min: 30, click_to_door_min: 41.2, nobody: 0 };
const board = (orders: Planned[], drivers: Duty[] = [], asOf = at(0)): Board => ({
	as_of: asOf, zone: 'r1', zones: [{ id: 'r1', restaurants: ['r1'] }], restaurants: [{ id: 'r1', latitude: 40.74, longitude: -73.98 }], drivers, orders, totals: sum,
});

/** cloud answers with what it is told to, and writes down what it is asked. */
function cloud(answers: Record<string, () => unknown>): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (url: string, init: { method: string; body?: string }) => {
		asked.push(`${init.method} ${url}${init.body ? ` ${init.body}` : ''}`);
		const answer = answers[`${init.method} ${url}`]?.();
		const refused = { code: 'illegal_step', title: 'Conflict', detail: 'the order is with somebody', status: 409 };
		return Promise.resolve(answer === undefined ? new Response(JSON.stringify(refused), { status: 409 }) : new Response(JSON.stringify(answer)));
	});
	return asked;
}

beforeEach(() => vi.useFakeTimers({ now }));
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('every order is in one lane: nobody’s first, stuck ones before the rest, a driver’s in the sequence of his doors', () => {
	const b = board(
		[
			planned('later', { promise: { from: at(30), to: at(40) } }),
			planned('stuck', { promise: { from: at(30), to: at(50) }, plan: outlook({ stuck: true }) }),
			planned('second', { plan: outlook({ driver_id: 'a' }) }),
			planned('first', { driver_id: 'a', delivery: 'assigned', plan: outlook({ driver_id: 'b' }) }),
			planned('gone', { driver_id: 'z', delivery: 'assigned' }),
		],
		[duty('b', 'Ben'), duty('a', 'Ada', ['first', 'second']), { ...duty('c', 'Cleo'), status: 'end_of_shift' }],
	);
	expect(lanes(b).map((l) => [l.id, l.orders.map((o) => o.order_id)])).toEqual([['', ['stuck', 'later']], ['?', ['gone']], ['a', ['first', 'second']], ['b', []]]);
});

test('names on the map leave out what all of them begin with', () => {
	const names = ['Awesome Pizza Main Street', 'Awesome Pizza Harbour'];
	expect(names.map((n) => ownPart(n, names))).toEqual(['Main Street', 'Harbour']);
	expect(ownPart('Awesome Pizza', ['Awesome Pizza'])).toBe('Awesome Pizza');
	expect(ownPart('Pizza', ['Pizza', 'Pizza North'])).toBe('Pizza');
});

test('an order’s standing is the nearest word to what is true of it', () => {
	expect(
		[
			planned('x'), planned('x', { plan: outlook({ stuck: true }) }), planned('x', { plan: outlook({ driver_id: 'a' }) }), planned('x', { offered_to: 'a', plan: outlook({ driver_id: 'a' }) }),
			planned('x', { driver_id: 'a' }), planned('x', { driver_id: 'a', by_hand: true }), planned('x', { driver_id: 'a', delivery: 'picked_up' }),
			planned('x', { driver_id: 'a', by_hand: true, delivery: 'out_for_delivery' }), planned('x', { driver_id: 'a', by_hand: true, delivery: 'assigned', plan: outlook({ stuck: true }) }),
			planned('x', { driver_id: 'a', delivery: 'picked_up', plan: outlook({ stuck: true }) }), planned('x', { driver_id: 'a', delivery: 'out_for_delivery', plan: outlook({ stuck: true }) }),
		].map(standing),
	).toEqual(['open', 'stuck', 'planned', 'asked', 'agreed', 'by_hand', 'in_bag', 'on_road', 'gone', 'gone', 'gone']);
});

test('nobody can bring what its kitchen works on and no plan has, nor what is in the bag of a driver who is gone', () => {
	const all = [planned('open'), planned('kept', { driver_id: 'a', delivery: 'assigned' }), planned('new', { kitchen: 'waiting' }), planned('out', { driver_id: 'a', delivery: 'out_for_delivery' }), planned('sure', { plan: outlook({ driver_id: 'a', door: at(9) }) }), planned('bag', { driver_id: 'a', delivery: 'picked_up', plan: outlook({ stuck: true }) })];
	expect(all.filter(unbrought).map((o) => o.order_id)).toEqual(['open', 'kept', 'bag']);
});

test('of a silent driver it is told what he has with him, what still stands at the restaurant, and what is elsewhere', () => {
	const lost: Duty = { ...duty('a', 'Ada'), silent_since: at(-40), orders: ['bag', 'road', 'shelf', 'far'] };
	const b = board([planned('bag', { driver_id: 'a', delivery: 'picked_up' }), planned('road', { driver_id: 'a', delivery: 'out_for_delivery' }), planned('shelf', { driver_id: 'a', delivery: 'assigned' }), planned('other', { driver_id: 'b', delivery: 'picked_up' }), planned('planned', { plan: outlook({ driver_id: 'a' }) })], [lost]);
	const s = stake(lost, b);
	expect([s.fetched.map((o) => o.order_id), s.waiting.map((o) => o.order_id), s.elsewhere]).toEqual([['bag', 'road'], ['shelf'], 1]);
	expect(stake({ ...duty('c', 'Cleo'), elsewhere: 2 }, b)).toEqual({ fetched: [], waiting: [], elsewhere: 2 });
});

test('a silent driver with nothing to bring has the last lane of those on shift, one with a bag keeps his place', () => {
	const silent = { silent_since: at(-40) };
	const b = board([planned('x', { driver_id: 'b', delivery: 'picked_up' })], [{ ...duty('a', 'Ada'), ...silent }, { ...duty('b', 'Ben'), ...silent, orders: ['x'] }, duty('c', 'Cleo'), { ...duty('d', 'Dan'), status: 'offline' }]);
	expect(lanes(b).map((l) => l.id)).toEqual(['', 'b', 'c', 'a']);
});

test('minutes late are rounded up, minutes to spare down, and a forecast that is over has not come true', () => {
	expect(slack(planned('x', { plan: outlook({ door: at(13.5) }) }), now)).toBe(6);
	expect(slack(planned('x', { plan: outlook({ door: at(20.1) }) }), now)).toBe(-1);
	expect(slack(planned('x', { plan: outlook({ door: at(-5) }) }), now)).toBe(20);
	expect(slack(planned('x', { plan: outlook({ door: at(10) }) }), now + 25 * 60_000)).toBe(-5);
	expect(slack(planned('x'), now)).toBeUndefined();
	expect(slack(planned('x'), now + 21 * 60_000)).toBe(-1);
});

test('a way leads over the restaurant once for all that is fetched there, and not at all for what is in the bag', () => {
	const d = duty('a', 'Ada', ['bag', 'one', 'two']);
	const b = board([planned('bag', { delivery: 'picked_up', driver_id: 'a' }), planned('one'), planned('two')], [d]);
	const [house, door] = [b.restaurants[0], b.orders[0]?.drop];
	expect(wayOf(b, d)).toEqual([d.position, door, house, door, door]);
	expect(wayOf(b, duty('b', 'Ben'))).toEqual([]);
});

test('one driver more is told in what changes only', () => {
	expect(betterBy({ now: sum, then: { ...sum, late: 2, click_to_door_min: 41.4 } })).toEqual({ late: true, door: false, nobody: false });
});

test('an order is given to a driver, shown at once, and can be given back to the plan', async () => {
	let seen = board([planned('x')], [duty('a', 'Ada')]);
	const order = (state: string, driver: string | null) => ({ delivery: { state, driver: driver === null ? null : { id: driver } } });
	const asked = cloud({
		'GET /api/hq/dispatch?restaurant_id=r1': () => seen,
		'POST /api/orders/x/assign-driver': () => order('assigned', 'a'),
		'POST /api/orders/x/unassign-driver': () => order('unassigned', null),
	});
	const desk = new Desk('r1', new Staff());
	await desk.look();
	await desk.give('x', 'a');
	expect(desk.order('x')).toMatchObject({ driver_id: 'a', by_hand: true, delivery: 'assigned' });
	await desk.look(); // it may still say what was
	expect(desk.order('x')?.driver_id).toBe('a');
	expect([desk.given?.to, desk.undoable]).toEqual(['a', true]);
	await desk.undo();
	expect([desk.undone, desk.undoable, desk.order('x')?.driver_id]).toEqual([true, false, null]);
	seen = board([], [], at(1));
	await vi.advanceTimersByTimeAsync(2_000);
	expect(desk.board?.orders).toEqual([]);
	expect(asked.filter((a) => a.startsWith('POST'))).toEqual(['POST /api/orders/x/assign-driver {"driver_id":"a"}', 'POST /api/orders/x/unassign-driver {"driver_id":"a"}']);
});

test('an order that somebody has is taken from him by name, and goes back to him', async () => {
	const asked = cloud({
		'GET /api/hq/dispatch': () => board([planned('x', { driver_id: 'b', delivery: 'assigned' })], [duty('a', 'Ada'), duty('b', 'Ben')]),
		'POST /api/orders/x/assign-driver': () => ({ delivery: { state: 'assigned', driver: { id: asked.length === 2 ? 'a' : 'b' } } }),
	});
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.give('x', 'b'); // has it already
	await desk.give('x', 'a');
	await desk.undo();
	expect(asked.slice(1)).toEqual(['POST /api/orders/x/assign-driver {"driver_id":"a","instead_of":"b"}', 'POST /api/orders/x/assign-driver {"driver_id":"b","instead_of":"a"}']);
	expect(desk.order('x')?.driver_id).toBe('b');
});

test('a refusal says why and changes nothing; what is fetched is not even asked for', async () => {
	const asked = cloud({ 'GET /api/hq/dispatch': () => board([planned('x'), planned('y', { delivery: 'picked_up', driver_id: 'b' })], [duty('a', 'Ada')]) });
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.give('y', 'a');
	expect(asked).toHaveLength(1);
	await desk.give('x', 'a');
	expect([desk.refusal, desk.order('x')?.driver_id, desk.given]).toEqual(['the order is with somebody', null, undefined]);
	await desk.ask('r1');
	expect([desk.refusal, desk.answer('r1')]).toEqual(['the order is with somebody', undefined]);
});

test('an older board never takes the place of a newer one', async () => {
	const boards = [board([planned('x')], [], at(2)), board([], [], at(1))];
	cloud({ 'GET /api/hq/dispatch': () => boards.shift() });
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.look();
	expect(desk.board?.orders).toHaveLength(1);
	await desk.look(); // refused
	expect([desk.board?.orders.length, desk.missing]).toEqual([1, '']);
});

test('a dispatcher has an order go first, and sees it before the board knows; what the cloud refuses is said', async () => {
	const asked = cloud({ 'GET /api/hq/dispatch?restaurant_id=r1': () => board([planned('o1')]), 'POST /api/hq/dispatch/priority': () => ({}) });
	const desk = new Desk('r1', new Staff());
	await desk.look();
	const before = desk.order('o1');
	expect(before && goes(before)).toBe('usual');
	await desk.prefer('o1', 'first');
	expect(asked.at(-1)).toBe('POST /api/hq/dispatch/priority {"order_id":"o1","priority":"first"}');
	const after = desk.order('o1');
	expect([after && goes(after), desk.refusal]).toEqual(['first', '']);
	cloud({});
	await desk.prefer('o1', 'usual');
	const still = desk.order('o1');
	expect([still && goes(still), desk.refusal]).toEqual(['first', 'the order is with somebody']);
});

test('a driver who is on no shift gets an order only when that is said twice', async () => {
	const asked = cloud({
		'GET /api/hq/dispatch': () => board([planned('x'), planned('y')], [{ ...duty('a', 'Ada'), status: 'offline' }]),
		'POST /api/orders/x/assign-driver': () => ({ delivery: { state: 'assigned', driver: { id: 'a' } } }),
	});
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.give('x', 'a');
	expect([desk.doubt, asked.length]).toEqual([{ order: 'x', to: 'a', why: 'away' }, 1]);
	desk.forget();
	await desk.give('y', 'a');
	await desk.give('x', 'a'); // that was about another order
	expect([desk.doubt, asked.length]).toEqual([{ order: 'x', to: 'a', why: 'away' }, 1]);
	await desk.give('x', 'a');
	expect([desk.doubt, desk.order('x')?.driver_id]).toEqual([undefined, 'a']);
});

test('a driver who has as much as fits gets one more when that is said twice', async () => {
	const asked = cloud({
		'GET /api/hq/dispatch': () => board([planned('x')], [{ ...duty('a', 'Ada'), orders: ['o1', 'o2'], takes: 2 }, { ...duty('b', 'Bob'), orders: ['o3'], takes: 2 }, { ...duty('c', 'Cy'), orders: ['o4'] }]),
		'POST /api/orders/x/assign-driver': () => ({ delivery: { state: 'assigned', driver: { id: 'a' } } }),
	});
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.give('x', 'a');
	expect([desk.doubt, asked.length]).toEqual([{ order: 'x', to: 'a', why: 'full' }, 1]);
	await desk.give('x', 'a');
	expect([desk.doubt, desk.order('x')?.driver_id]).toEqual([undefined, 'a']);
	await desk.look();
	await desk.give('x', 'b'); // fits
	await desk.give('x', 'c'); // a cloud that does not say what fits
	expect(desk.doubt).toBeUndefined();
});

test('a board of a moment before is passed over, one of a clock that was set back is not', async () => {
	expect([older(at(0), at(0)), older(at(-0.1), at(0)), older(at(-60), at(0)), older(at(1), at(0))]).toEqual([false, true, false, false]);
	let seen = board([planned('a')], [], at(0));
	cloud({ 'GET /api/hq/dispatch': () => seen });
	const desk = new Desk('', new Staff());
	await desk.look();
	seen = board([], [], at(-0.1));
	await desk.look();
	expect(desk.board?.orders).toHaveLength(1);
	seen = board([], [], at(-60));
	await desk.look();
	expect(desk.board?.orders).toEqual([]);
});

test('a desk whose own clock is set back reads on', async () => {
	const asked = cloud({ 'GET /api/hq/dispatch': () => board([planned('a')], [], new Date().toISOString()), 'POST /api/hq/dispatch/priority': () => ({}) });
	const desk = new Desk('', new Staff());
	await desk.look();
	await desk.prefer('a', 'first');
	vi.setSystemTime(now - 3_600_000);
	await vi.advanceTimersByTimeAsync(1_200);
	expect(asked.filter((a) => a === 'GET /api/hq/dispatch')).toHaveLength(2);
	expect(desk.heardAt).toBeLessThan(now);
});

test('lanes say where to look: nobody’s, what is stuck or silent with a bag, the latest, the rest; who has nothing stands apart', () => {
	const due = (id: string, driver: string, minutes: number, more: Partial<Planned> = {}) => planned(id, { driver_id: driver, delivery: 'assigned', plan: outlook({ driver_id: driver, door: at(20 + minutes) }), ...more });
	const b = board(
		[due('1', 'a', -5), due('2', 'b', 4), due('3', 'c', 11), due('4', 'd', 0, { delivery: 'out_for_delivery' }), due('5', 'e', 0, { plan: outlook({ stuck: true }) }), due('6', 'g', 3), planned('7')],
		[duty('a', 'Ada'), duty('b', 'Ben'), duty('c', 'Cleo'), { ...duty('d', 'Dan'), silent_since: at(-30), orders: ['4'] }, duty('e', 'Eve'), duty('f', 'Fay'), duty('g', 'Gus')],
	);
	expect(sight(lanes(b), now)).toEqual({ lanes: ['', 'd', 'e', 'c', 'b', 'g', 'a'], idle: ['f'] });
	expect(sight(lanes(b), now + 2 * 60_000).lanes.slice(4)).toEqual(['b', 'g', 'a']); // 4 and 3 minutes late do not change places
});

test('while somebody is among the lanes every lane stays where it is, and what is new comes last', () => {
	const shown = { lanes: ['', 'a', 'b'], idle: ['c', 'd'] };
	expect(keep(shown, { lanes: ['', 'c', 'b', 'e'], idle: ['a', 'f'] })).toEqual({ lanes: ['', 'a', 'b', 'c', 'e'], idle: ['f'] });
	expect(keep(shown, { lanes: ['', 'b'], idle: ['d', 'c'] })).toEqual({ lanes: ['', 'b'], idle: ['c', 'd'] });
});

test('lanes go where they belong once the keyboard has left them and the pointer rests', () => {
	const [before, after] = [{ lanes: ['', 'a', 'b'], idle: [] }, { lanes: ['', 'b', 'a'], idle: [] }];
	const calm = new Calm();
	expect(calm.take(before, 0)).toEqual(before);
	calm.focus(true);
	expect(calm.take(after, 60_000)).toEqual(before);
	calm.focus(false);
	calm.move(60_000);
	expect(calm.take(after, 62_999)).toEqual(before);
	expect(calm.take(after, 63_000)).toEqual(after);
});

test('restaurants are told apart in a word and in two letters, and a single one needs no telling', () => {
	const named = (...names: string[]) => [...signs({ restaurants: names.map((_, i) => ({ id: `r${i + 1}`, latitude: 0, longitude: 0 })) }, (id) => names[Number(id.slice(1)) - 1] ?? '').values()].map((s) => [s.short, s.mark]);
	expect(named('Awesome Pizza Main Street', 'Awesome Pizza Harbour')).toEqual([['Main Street', 'MS'], ['Harbour', 'HA']]);
	expect(named('Pizza Main Street', 'Pizza Mill Square', 'Pizza North')).toEqual([['Main Street', '1'], ['Mill Square', '2'], ['North', 'NO']]);
	expect(named('Pizza', 'Pizza')).toEqual([['Pizza r1', 'PR'], ['Pizza r2', 'PR']].map(([s], i) => [s, String(i + 1)]));
	expect(named('Pizza')).toEqual([]);
	const all = signs({ restaurants: [{ id: 'r1', latitude: 0, longitude: 0 }, { id: 'r2', latitude: 0, longitude: 0 }] }, (id) => `Pizza ${id === 'r1' ? 'Main Street' : 'Harbour'}`);
	expect([numbered({ number: 4, restaurant_id: 'r2' }, all), numbered({ number: null, restaurant_id: 'r1' }, all), numbered({ number: 4, restaurant_id: 'r2' }, new Map())]).toEqual(['4 (Harbour)', '… (Main Street)', '4']);
});
