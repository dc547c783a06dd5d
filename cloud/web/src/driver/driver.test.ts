import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deeds } from './deeds.svelte.ts';
import { Shift } from './shift.svelte.ts';
import { inTurn, navigateTo, toFetch } from './stops.ts';
import { secondsLeft } from './trips.ts';
import type { Offer, Stop } from './wire.ts';

const start = Date.parse('2026-07-03T18:00:00.000Z');
const delivered = { kind: 'order' as const, verb: 'deliver' as const, order: 'o1', number: 7 };
interface Call {
	url: string;
	method: string | undefined;
	body: Record<string, unknown>;
	auth: string | undefined;
	key: string | undefined;
}
let calls: Call[];
let answer: (url: string) => Response | Promise<Response>;
const ok = () => new Response('{}');
const no = (status: number, more: object = {}) => new Response(JSON.stringify({ code: 'illegal_step', title: '', status, detail: 'no', ...more }), { status });
const lost = async () => Promise.reject(new TypeError('no signal'));
const sent = () => calls.filter((c) => c.method !== 'GET');

beforeEach(() => {
	localStorage.clear();
	vi.useFakeTimers({ now: start });
	calls = [];
	answer = ok;
	vi.stubGlobal('WebSocket', undefined); // lines have a test of their own
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
		const headers = init.headers as Record<string, string>;
		const body = init.body ? (JSON.parse(init.body as string) as Record<string, unknown>) : {};
		calls.push({ url, method: init.method, body, auth: headers['Authorization'], key: headers['Idempotency-Key'] });
		return answer(url);
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

describe('deeds', () => {
	const make = () => new Deeds('d1', () => ({ Authorization: 'Bearer s' }), () => undefined);

	test('are shown at once and sent after five seconds, with the time they were done at', async () => {
		const d = make();
		d.add(delivered);
		expect(d.statusOf('o1', 'OutForDelivery')).toBe('Delivered');
		await vi.advanceTimersByTimeAsync(4900);
		expect(calls).toEqual([]);
		await vi.advanceTimersByTimeAsync(200);
		expect(sent()).toMatchObject([{ url: '/api/orders/o1/complete-delivery', method: 'POST', body: { at: '2026-07-03T18:00:00.000Z' }, auth: 'Bearer s' }]);
		expect(d.waiting).toEqual([]);
		expect(localStorage.length).toBe(0);
	});

	test('can be taken back for five seconds', async () => {
		const d = make();
		d.add(delivered);
		await vi.advanceTimersByTimeAsync(3000);
		expect(d.undoable(Date.now())).toBeDefined();
		d.undo();
		await vi.advanceTimersByTimeAsync(10_000);
		expect(calls).toEqual([]);
		expect(d.statusOf('o1', 'OutForDelivery')).toBe('OutForDelivery');
	});

	test('without signal wait, over a reload too, and go out in order with their true times', async () => {
		answer = lost;
		const before = make();
		before.add({ ...delivered, verb: 'pick_up' });
		await vi.advanceTimersByTimeAsync(60_000);
		before.add({ ...delivered, verb: 'depart' });
		await vi.advanceTimersByTimeAsync(60_000);
		expect(before.offline).toBe(true);
		before.stop();
		calls = [];
		answer = ok;
		const after = make();
		expect(after.waiting).toHaveLength(2);
		after.flush();
		await vi.advanceTimersByTimeAsync(100);
		expect(sent().map((c) => [c.url, c.body['at']])).toEqual([
			['/api/orders/o1/status', '2026-07-03T18:00:00.000Z'],
			['/api/orders/o1/start-delivery', '2026-07-03T18:01:00.000Z'],
		]);
	});

	test('that the cloud refuses are told and not repeated', async () => {
		answer = () => no(409, { current: 'Cancelled' });
		const d = make();
		d.add(delivered);
		await vi.advanceTimersByTimeAsync(5100);
		expect(d.rejected.map((r) => r.detail)).toEqual(['no']);
		expect(d.waiting).toEqual([]);
		d.dismiss(d.rejected[0]?.deed.id ?? '');
		expect(d.rejected).toEqual([]);
	});

	test('whose answer was lost are no error when they come twice', async () => {
		answer = () => no(409, { current: 'Delivered' });
		const d = make();
		d.add(delivered);
		await vi.advanceTimersByTimeAsync(5100);
		expect(d.rejected).toEqual([]);
		expect(d.waiting).toEqual([]);
	});

	test('are kept when the driver is not let in: a new secret sends them', async () => {
		answer = () => no(403, { code: 'bad_login' });
		const before = make();
		before.add(delivered);
		before.add({ kind: 'proof', order: 'o1', number: 7, name: 'Ada' });
		await vi.advanceTimersByTimeAsync(30_000);
		expect([before.waiting.length, before.rejected]).toEqual([2, []]);
		before.stop();
		answer = ok;
		const after = make();
		after.flush();
		await vi.advanceTimersByTimeAsync(100);
		expect(sent().slice(-2).map((c) => c.url)).toEqual(['/api/orders/o1/complete-delivery', '/api/orders/o1/proof']);
		expect(after.waiting).toEqual([]);
	});

	test('of an order that is somebody else’s now are told and not repeated', async () => {
		answer = () => no(403, { code: 'not_your_order' });
		const d = make();
		d.add(delivered);
		await vi.advanceTimersByTimeAsync(5100);
		expect([d.waiting.length, d.rejected[0]?.detail]).toEqual([0, 'no']);
	});

	test('of a code that was wrong too often are told and hold up nothing; of a phone that asks too much they wait', async () => {
		answer = (url) => (url.endsWith('/proof') ? no(429, { code: 'too_many_guesses' }) : ok()); // 409 by now
		const d = make();
		d.add({ kind: 'proof', order: 'o1', number: 7, code: '1234' });
		d.add(delivered);
		await vi.advanceTimersByTimeAsync(6000);
		expect([d.waiting.length, d.rejected[0]?.detail]).toEqual([0, 'no']);
		expect(sent().map((c) => c.url)).toEqual(['/api/orders/o1/proof', '/api/orders/o1/complete-delivery']);
		d.dismiss(d.rejected[0]?.deed.id ?? '');
		answer = () => no(429, { code: 'too_many_requests' });
		d.add({ kind: 'proof', order: 'o1', number: 7, code: '1234' });
		await vi.advanceTimersByTimeAsync(20_000);
		expect([d.waiting.length, d.rejected]).toEqual([1, []]);
	});

	test('are sent by nobody once the page is left', async () => {
		let refuse: (r: Response) => void = () => undefined;
		answer = async () => new Promise((r) => (refuse = r));
		const d = make();
		d.add({ kind: 'shift', status: 'available' });
		await vi.advanceTimersByTimeAsync(10);
		d.stop();
		refuse(no(503));
		await vi.advanceTimersByTimeAsync(20_000);
		expect(sent()).toHaveLength(1);
	});

	test('are sent again when the kitchen moved the order in the same moment', async () => {
		answer = () => (calls.length < 2 ? no(412) : ok());
		const d = make();
		d.add({ ...delivered, verb: 'depart' });
		await vi.advanceTimersByTimeAsync(6000);
		expect(sent()).toHaveLength(2);
		expect([d.waiting, d.rejected]).toEqual([[], []]);
	});

	test('wait when the cloud is in trouble', async () => {
		answer = () => no(503);
		const d = make();
		d.add({ ...delivered, verb: 'fail', reason: 'nobody opened' });
		await vi.advanceTimersByTimeAsync(20_000);
		expect(d.waiting).toHaveLength(1);
		expect(sent().at(-1)).toMatchObject({ url: '/api/orders/o1/fail', body: { reason: 'nobody opened' } });
	});

	test('what is given back is somebody else’s, also when the answer was lost', async () => {
		answer = () => (calls.length < 2 ? no(503) : no(403, { code: 'not_your_order' }));
		const d = make();
		d.add({ ...delivered, verb: 'give_back', reason: 'breakdown' });
		expect(d.statusOf('o1', 'ReadyForPickup')).toBe('Failed');
		await vi.advanceTimersByTimeAsync(20_000);
		expect(sent().at(-1)).toMatchObject({ url: '/api/orders/o1/give-back', body: { reason: 'breakdown' } });
		expect([d.waiting, d.rejected]).toEqual([[], []]);
	});

	test('a shift begins at once', async () => {
		const d = make();
		d.add({ kind: 'shift', status: 'available' });
		expect(d.shiftOf('offline')).toBe('available');
		await vi.advanceTimersByTimeAsync(10);
		expect(sent()).toMatchObject([{ url: '/api/drivers/d1/status', method: 'PUT', body: { status: 'available', timestamp: '2026-07-03T18:00:00.000Z' } }]);
	});
});

describe('a shift', () => {
	const usd = { minor: 1868, currency: 'USD' };
	const promise = { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:30:00.000Z' };
	const stop: Stop = { order_id: 'o1', number: 7, restaurant_id: 'r1', status: 'OutForDelivery', version: 8, customer: { name: 'Ada' }, address: null, promise, ready: null, cash_due: usd, items: 1 };
	const offer: Offer = { id: 'f1', order_id: 'o2', state: 'open', at: '2026-07-03T18:00:00.000Z', expires_at: '2026-07-03T18:00:30.000Z', restaurant: null, drop: null, ready_at: null, cash_due: null, because: [] };
	const cloud = (url: string): Response => {
		if (url.endsWith('/offers')) return new Response(JSON.stringify({ offers: [offer], stops: [stop] }));
		if (url.endsWith('/status')) return new Response(JSON.stringify({ status: 'available' }));
		if (url === '/api/restaurants') return new Response(JSON.stringify({ restaurants: [{ id: 'r1', name: 'Main Street' }] }));
		return new Response(JSON.stringify({ id: 'd1', name: 'Enzo', status: 'available' }));
	};

	async function signedIn(): Promise<Shift> {
		answer = cloud;
		const s = new Shift();
		await s.enter(' d1 ', 'secret');
		await vi.advanceTimersByTimeAsync(10);
		return s;
	}

	test('begins with number and secret, and remembers them', async () => {
		const s = await signedIn();
		expect([s.signIn, s.name, s.onShift]).toEqual(['in', 'Enzo', true]);
		expect(s.offers.map((o) => o.id)).toEqual(['f1']);
		expect(s.stops.map((x) => x.order_id)).toEqual(['o1']);
		expect(s.restaurant('r1')?.name).toBe('Main Street');
		expect(calls.every((c) => c.auth === 'Bearer secret' || c.url === '/api/restaurants')).toBe(true);
		s.stop();
		const again = new Shift();
		expect([again.signIn, again.stops.length]).toEqual(['in', 1]);
		expect(again.restaurant('r1')?.name).toBe('Main Street'); // without signal too there is a way to the food
		again.leave();
		expect(new Shift().signIn).toBe('out');
	});

	test('says what is wrong with signing in', async () => {
		const s = new Shift();
		answer = () => no(403);
		await s.enter('d1', 'wrong');
		expect(s.signIn).toBe('wrong');
		answer = lost;
		await s.enter('d1', 'right');
		expect(s.signIn).toBe('unreached');
	});

	test('a delivered stop is gone at once and comes back when it is taken back', async () => {
		const s = await signedIn();
		s.do(stop, 'deliver');
		expect(s.stops).toEqual([]);
		s.deeds?.undo();
		expect(s.stops).toHaveLength(1);
		s.stop();
	});

	test('an offer is answered; one that is gone says so', async () => {
		const s = await signedIn();
		const at = new Date().toISOString();
		expect(await s.answer({ id: 't1', offers: [offer] }, true)).toBe('');
		expect(sent().at(-1)).toMatchObject({ url: '/api/drivers/d1/trips/t1/accept', method: 'POST', body: { offers: ['f1'], at } });
		answer = (url) => (url.endsWith('/decline') ? no(409, { detail: 'over' }) : cloud(url));
		expect(await s.answer({ id: 't1', offers: [offer] }, false)).toBe('over');
		s.stop();
	});

	test('a trip is answered as a whole; said again because no answer came, it is the same act', async () => {
		const s = await signedIn();
		const t = { id: 't1', offers: ['f1', 'f2', 'f3'].map((id) => ({ ...offer, id })) };
		const said = () => sent().map((c) => [c.url.split('/').slice(-3).join(' '), c.body['offers'], c.body['at'], c.key]);
		calls = [];
		const at = new Date().toISOString();
		answer = (url) => (url.includes('/trips/') ? lost() : cloud(url));
		expect(await s.answer(t, true)).toBe('unreached');
		await vi.advanceTimersByTimeAsync(4000);
		answer = cloud;
		expect(await s.answer(t, true)).toBe('');
		const [first, again] = said();
		expect(first?.slice(0, 3)).toEqual(['trips t1 accept', ['f1', 'f2', 'f3'], at]);
		expect(first?.[3]).toMatch(/^[0-9a-f-]{36}$/);
		expect(again).toEqual(first);
		calls = [];
		await s.answer({ ...t, offers: t.offers.slice(1) }, true); // other doors are another question
		await s.answer(t, false);
		expect(new Set([first?.[3], ...said().map((c) => c[3])]).size).toBe(3);
		s.stop();
	});

	test('a core that knows no trips yet is answered door by door', async () => {
		const s = await signedIn();
		const t = { id: 't1', offers: ['f1', 'f2'].map((id) => ({ ...offer, id })) };
		calls = [];
		answer = (url) => (url.includes('/trips/') ? no(404, { code: 'no_such_path' }) : cloud(url));
		expect(await s.answer(t, true)).toBe('');
		expect(sent().map((c) => c.url.split('/').slice(-2).join(' '))).toEqual(['t1 accept', 'f1 accept', 'f2 accept']);
		s.stop();
	});

	test('without signal shows what was known and says so', async () => {
		const s = await signedIn();
		answer = lost;
		await s.look();
		expect(s.lost).toBe(true);
		expect(s.stops).toHaveLength(1);
		s.stop();
	});

	test('a secret that was taken away signs out', async () => {
		const s = await signedIn();
		answer = () => no(401);
		await s.look();
		expect(s.signIn).toBe('wrong');
		expect(localStorage.length).toBe(0);
	});

	test('a secret that was taken away says what waits', async () => {
		const s = await signedIn();
		s.do(stop, 'deliver');
		answer = () => no(403, { code: 'bad_login' });
		await vi.advanceTimersByTimeAsync(6_000);
		expect([s.signIn, s.kept]).toEqual(['wrong', 1]);
		s.stop();
	});

	test('what lies on the shelf comes before leaving with what is in the bag, and nothing else does', () => {
		const at = (order_id: string, status: Stop['status'], restaurant_id = 'r1'): Stop => ({ ...stop, order_id, status, restaurant_id });
		const ids = (...stops: Stop[]) => inTurn(stops).map((x) => x.order_id);
		expect(ids(at('a', 'PickedUp'), at('b', 'ReadyForPickup'), at('c', 'DriverAssigned'))).toEqual(['b', 'a', 'c']);
		expect(ids(at('a', 'PickedUp'), at('b', 'PickedUp'), at('c', 'DriverAssigned'))).toEqual(['c', 'a', 'b']);
		expect(ids(at('a', 'PickedUp'), at('b', 'Baking'), at('c', 'ReadyForPickup', 'r2'))).toEqual(['a', 'b', 'c']);
		expect(ids(at('a', 'OutForDelivery'), at('b', 'ReadyForPickup'))).toEqual(['a', 'b']);
		expect(ids(at('a', 'ReadyForPickup'), at('b', 'ReadyForPickup'))).toEqual(['a', 'b']);
		expect(toFetch([at('a', 'PickedUp'), at('b', 'Baking'), at('c', 'Baking', 'r2'), at('d', 'PickedUp')], at('a', 'PickedUp')).map((x) => x.order_id)).toEqual(['b']);
	});

	test('ends when the driver says so', async () => {
		const s = await signedIn();
		s.end();
		s.end(); // of who is on none nothing begins
		expect(s.status).toBe('end_of_shift');
		await vi.advanceTimersByTimeAsync(10);
		expect(sent().at(-1)?.body['status']).toBe('end_of_shift');
		s.stop();
	});

	test('tells where it is while on shift, at most every five seconds, and not afterwards', async () => {
		let tell: PositionCallback = () => undefined;
		const clearWatch = vi.fn();
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: () => undefined, clearWatch } });
		const s = await signedIn();
		const here = { coords: { latitude: 40.74, longitude: -73.98, speed: 4, heading: Number.NaN, accuracy: 8 }, timestamp: start } as unknown as GeolocationPosition;
		tell(here);
		tell(here);
		await vi.advanceTimersByTimeAsync(10);
		const places = sent().filter((c) => c.url.endsWith('/location'));
		expect(places.map((c) => c.body)).toEqual([{ latitude: 40.74, longitude: -73.98, speed: 4, accuracy: 8, timestamp: '2026-07-03T18:00:00.000Z' }]);
		s.stop();
		expect(clearWatch).toHaveBeenCalledWith(9);
	});

	test('a deed says where it was done, and what was paid', async () => {
		let tell: PositionCallback = () => undefined;
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: () => undefined, clearWatch: vi.fn() } });
		const s = await signedIn();
		tell({ coords: { latitude: 40.74, longitude: -73.98, speed: null, heading: null, accuracy: 8 }, timestamp: start } as unknown as GeolocationPosition);
		s.do(stop, 'deliver');
		expect(s.deeds?.waiting.at(-1)?.what).toMatchObject({ here: { latitude: 40.74, longitude: -73.98 }, cash: 1868 });
		await vi.advanceTimersByTimeAsync(70_000);
		s.do(stop, 'deliver');
		expect(s.deeds?.waiting.at(-1)?.what).not.toHaveProperty('here'); // that was too long ago
		s.stop();
	});

	test('a phone that lies still is asked where it is', async () => {
		let tell: PositionCallback = () => undefined;
		const at = (ms: number) => ({ coords: { latitude: 40.74, longitude: -73.98, speed: null, heading: null, accuracy: 8 }, timestamp: ms }) as unknown as GeolocationPosition;
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: (f: PositionCallback) => f(at(Date.now())), clearWatch: vi.fn() } });
		const s = await signedIn();
		tell(at(start));
		await vi.advanceTimersByTimeAsync(31_000);
		expect(sent().filter((c) => c.url.endsWith('/location')).length).toBeGreaterThanOrEqual(3);
		s.stop();
	});

	test('a phone whose clock is wrong is told so', async () => {
		let tell: PositionCallback = () => undefined;
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: () => undefined, clearWatch: vi.fn() } });
		const s = await signedIn();
		answer = (url) => (url.endsWith('/location') ? no(422, { code: 'bad_time' }) : cloud(url));
		tell({ coords: { latitude: 40.74, longitude: -73.98, speed: null, heading: null, accuracy: 8 }, timestamp: start } as unknown as GeolocationPosition);
		await vi.advanceTimersByTimeAsync(10);
		expect(s.places?.refused).toBe('bad_time');
		s.stop();
	});

	test('the time to answer counts down, and a wrong clock does not make it longer', () => {
		expect(secondsLeft(offer, start + 10_500)).toBe(20);
		expect(secondsLeft(offer, start - 3_600_000)).toBe(30);
		expect(secondsLeft(offer, start + 60_000)).toBe(0);
	});

	test('a place opens the phone’s own map', () => {
		expect(navigateTo({ latitude: 40.74, longitude: -73.98 }, '1 Main St')).toBe('geo:40.74,-73.98?q=40.74,-73.98(1%20Main%20St)');
	});
});
