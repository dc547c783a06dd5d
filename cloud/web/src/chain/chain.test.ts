import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Chain } from './chain.svelte.ts';
import { countAt, isLate, sumsOf, worstFirst, type House, type QueuedOrder } from './house.ts';
import { Chosen, Room } from './room.svelte.ts';
import { Staff } from './staff.svelte.ts';

const house = (id: string, more: Partial<House> = {}): House => ({
	id, name: `House ${id}`, link: { state: 'up' }, backlog: 0, open: 0, by_status: {}, oldest: null, late: 0, overdue: 0, drivers_out: 0, as_of: '2026-07-03T18:00:00.000Z', ...more,
});
const now = Date.parse('2026-07-03T18:00:00.000Z');
const queued = (id: string, more: Partial<QueuedOrder> = {}): QueuedOrder => ({
	order_id: id, number: 1, channel: 'web', fulfilment: 'delivery', state: 'queued', status: 'Queued', age_s: 60,
	promise: { from: '2026-07-03T18:10:00.000Z', to: '2026-07-03T18:20:00.000Z' }, ready: null, as_of: '2026-07-03T18:00:00.000Z', ...more,
});

beforeEach(() => sessionStorage.clear());
afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

test('the worst is first: cut off with orders, not accepted, late, old', () => {
	const all = [
		house('calm'),
		house('old', { open: 1, oldest: '2026-07-03T17:30:00.000Z' }),
		house('late', { open: 1, late: 2, oldest: '2026-07-03T17:50:00.000Z' }),
		house('cut', { link: { state: 'down' } }),
		house('deaf', { open: 1, overdue: 1 }),
		house('cut-busy', { link: { state: 'down' }, open: 3 }),
	];
	expect(worstFirst(all, now).map((h) => h.id)).toEqual(['cut-busy', 'cut', 'deaf', 'late', 'old', 'calm']);
	expect(all[0]?.id).toBe('calm');
});

test('every open status has its place', () => {
	const h = house('a', { by_status: { Created: 1, Validated: 2, Queued: 3, Preparing: 1, Baking: 1, QualityCheck: 1, ReadyForPickup: 1, DriverAssigned: 1, PickedUp: 1, OutForDelivery: 4 } });
	expect([countAt(h, 'queue'), countAt(h, 'make'), countAt(h, 'ready'), countAt(h, 'road')]).toEqual([6, 3, 2, 5]);
});

test('the chain adds up', () => {
	expect(sumsOf([house('a', { open: 2, late: 1, drivers_out: 1, backlog: 4 }), house('b', { link: { state: 'down' }, open: 3, overdue: 1 })])).toEqual({
		restaurants: 2, up: 1, open: 5, late: 1, overdue: 1, driversOut: 1, backlog: 4,
	});
});

test('late is what is over its promise, or will be by the kitchen’s word', () => {
	expect(isLate(queued('a'), now)).toBe(false);
	expect(isLate(queued('a'), now + 21 * 60_000)).toBe(true);
	expect(isLate(queued('a', { ready: '2026-07-03T18:25:00.000Z' }), now)).toBe(true);
});

describe('the chain', () => {
	test('takes a snapshot and then each restaurant that changes', () => {
		const c = new Chain(new Staff());
		c.take('snapshot', { restaurants: [house('a'), house('b')] });
		c.take('restaurant', house('b', { late: 1 }));
		c.take('restaurant', house('c'));
		expect(c.worst(now).map((h) => h.id)).toEqual(['b', 'a', 'c']);
		c.take('snapshot', { restaurants: [house('a')] });
		expect(c.worst(now)).toHaveLength(1);
	});

	test('asks how far behind each node is, which no stream tells', async () => {
		vi.stubGlobal('fetch', async () => Promise.resolve(new Response(JSON.stringify({ nodes: [{ restaurant_id: 'a', link: { state: 'down' }, node: { backlog: 12 } }, { restaurant_id: 'z', link: { state: 'up' }, node: { backlog: 1 } }] }))));
		const c = new Chain(new Staff());
		c.take('snapshot', { restaurants: [house('a')] });
		await c.look();
		expect(c.house('a')).toMatchObject({ backlog: 12, link: { state: 'down' } });
		expect(c.house('z')).toBeUndefined();
	});

	test('believes the stream more than an answer that was asked for before', async () => {
		let answer: (r: Response) => void = () => undefined;
		vi.stubGlobal('fetch', async () => new Promise<Response>((done) => (answer = done)));
		const c = new Chain(new Staff());
		c.take('snapshot', { restaurants: [house('a'), house('b')] });
		const look = c.look();
		c.take('restaurant', house('a', { link: { state: 'down' } }));
		answer(new Response(JSON.stringify({ nodes: ['a', 'b'].map((id) => ({ restaurant_id: id, link: { state: 'up' }, node: { backlog: 12 } })) })));
		await look;
		expect([c.house('a'), c.house('b')]).toMatchObject([{ backlog: 12, link: { state: 'down' } }, { backlog: 12, link: { state: 'up' } }]);
	});
});

describe('staff', () => {
	test('are asked for a token when the cloud wants one, and told when it is wrong', () => {
		const s = new Staff();
		expect(s.headers).toEqual({});
		s.refused(401);
		expect([s.asked, s.wrong]).toEqual([true, false]);
		s.enter(' secret ');
		expect(s.headers).toEqual({ Authorization: 'Bearer secret' });
		expect(new Staff().token).toBe('secret');
		s.refused(403);
		expect([s.asked, s.wrong]).toEqual([true, true]);
		expect(new Staff().token).toBe('');
		s.refused(500);
		s.leave();
		expect(new Staff().token).toBe('');
	});

	test('a refused call asks for the token too', async () => {
		vi.stubGlobal('fetch', async () => Promise.resolve(new Response(JSON.stringify({ code: 'unauthorized', title: '', status: 401 }), { status: 401 })));
		const s = new Staff();
		await expect(s.call('/api/fleet')).rejects.toThrow();
		expect(s.asked).toBe(true);
	});

	test('are not signed out by the answer to a token that they have replaced since', async () => {
		let late: (r: Response) => void = () => undefined;
		vi.stubGlobal('fetch', async () => new Promise<Response>((done) => (late = done)));
		const s = new Staff();
		s.enter('old');
		const asked = s.call('/api/fleet');
		s.enter('new');
		late(new Response(JSON.stringify({ code: 'unauthorized', title: '', status: 401 }), { status: 401 }));
		await expect(asked).rejects.toThrow();
		expect([s.asked, s.wrong, new Staff().token]).toEqual([false, false, 'new']);
	});

	test('are not signed out by an answer that is of the order and not of them', async () => {
		const answers = (code: string) => vi.stubGlobal('fetch', async () => Promise.resolve(new Response(JSON.stringify({ code, title: '', status: 403 }), { status: 403 })));
		const s = new Staff();
		s.enter('secret');
		answers('not_your_order');
		await expect(s.call('/api/orders/x/unassign-driver', { body: {} })).rejects.toThrow();
		expect([s.asked, s.wrong, new Staff().token]).toEqual([false, false, 'secret']);
		answers('forbidden');
		await expect(s.call('/api/fleet')).rejects.toThrow();
		expect([s.asked, s.wrong, new Staff().token]).toEqual([true, true, '']);
	});
});

describe('a room', () => {
	test('has the open orders, oldest first, whose ages go on', () => {
		vi.useFakeTimers({ now });
		const r = new Room('a', new Staff());
		r.take('snapshot', { restaurant: house('a'), orders: [queued('young', { age_s: 5 }), queued('old', { age_s: 300 })] });
		expect(r.orders(now + 10_000).map((o) => [o.order_id, o.age])).toEqual([['old', 310], ['young', 15]]);
		r.take('order', queued('old', { status: 'Delivered' }));
		r.take('order', queued('new', { age_s: 0 }));
		expect(r.orders(now).map((o) => o.order_id)).toEqual(['young', 'new']);
		r.take('restaurant', house('a', { late: 1 }));
		expect(r.house?.late).toBe(1);
	});

	test('shows the drivers who are on shift and belong here or everywhere', async () => {
		const d = (id: string, status: string, home: string) => ({ id, name: id, phone: '', vehicle: 'car', restaurant_id: home, status, position: null, orders: [] });
		vi.stubGlobal('fetch', async (url: string) =>
			Promise.resolve(new Response(JSON.stringify(url === '/api/drivers' ? { drivers: [d('here', 'busy', 'a'), d('off', 'end_of_shift', 'a'), d('all', 'available', ''), d('there', 'available', 'b')] } : { node: { version: '1' } }))),
		);
		const r = new Room('a', new Staff());
		await r.look();
		expect(r.drivers.map((x) => x.id)).toEqual(['here', 'all']);
		expect(r.node?.version).toBe('1');
	});
});

describe('an order', () => {
	test('that does not exist says so', async () => {
		vi.stubGlobal('fetch', async () => Promise.resolve(new Response(JSON.stringify({ code: 'no_such_order', title: 'Not Found', status: 404 }), { status: 404 })));
		const c = new Chosen('nothing', new Staff());
		await c.read();
		expect(c.missing).toBe(true);
		await c.cancel('why');
		expect(c.refusal).not.toBe('');
	});

	test('is not put back by a read that was begun before', async () => {
		const waits: ((r: Response) => void)[] = [];
		vi.stubGlobal('fetch', async (url: string) => (url.endsWith('/hands') ? Promise.resolve(new Response('{"hands":[]}')) : new Promise<Response>((done) => waits.push(done))));
		const at = (version: number, status: string) => new Response(JSON.stringify({ id: 'x', version, status }));
		const c = new Chosen('x', new Staff());
		const [early, late, cancelled] = [c.read(), c.read(), c.cancel('why')];
		waits[2]?.(at(6, 'Cancelled'));
		await cancelled;
		waits[1]?.(at(5, 'Queued'));
		await late;
		expect(c.order?.status).toBe('Cancelled');
		waits[0]?.(new Response(JSON.stringify({ code: 'no_such_order', title: '', status: 404 }), { status: 404 }));
		await early;
		expect([c.order?.version, c.missing]).toEqual([6, false]);
	});
});
