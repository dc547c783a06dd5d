import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deeds } from './deeds.svelte.ts';
import { Shift } from './shift.svelte.ts';
import type { Stop } from './wire.ts';

const start = Date.parse('2026-07-03T18:00:00.000Z');
const stop = {
	order_id: 'o1', number: 7, restaurant_id: 'r1', status: 'OutForDelivery', version: 8, customer: { name: 'Ada' }, address: null,
	promise: { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:30:00.000Z' }, ready: null, cash_due: null, items: 1,
} as unknown as Stop;

interface Asked {
	url: string;
	method: string;
	auth: string;
	body: Record<string, unknown>;
	answer: (r: Response) => void;
}
let asked: Asked[];
let cloud: ((url: string) => Response | undefined) | undefined; // answers at once; undefined: when the test says so
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const trade = (url: string): Response => {
	if (url.endsWith('/offers')) return json({ offers: [], stops: [stop] });
	if (url.endsWith('/status')) return json({ status: 'available' });
	if (url.endsWith('/bag')) return json({ currency: 'USD', bag: null });
	if (url === '/api/restaurants') return json({ restaurants: [{ id: 'r1', name: 'Main Street' }] });
	return json({ id: url.split('/').at(-1), name: 'Enzo', status: 'available' });
};
const settle = async () => vi.advanceTimersByTimeAsync(5);
const open = (end: string) => asked.filter((a) => a.url.endsWith(end));

beforeEach(() => {
	localStorage.clear();
	vi.useFakeTimers({ now: start });
	asked = [];
	cloud = trade;
	vi.stubGlobal('WebSocket', undefined);
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
		const call: Asked = {
			url, method: init.method ?? 'GET', auth: (init.headers as Record<string, string>)['Authorization'] ?? '',
			body: init.body ? (JSON.parse(init.body as string) as Record<string, unknown>) : {}, answer: () => undefined,
		};
		asked.push(call);
		return cloud?.(url) ?? new Promise<Response>((done) => (call.answer = done));
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

async function signedIn(id = 'd1'): Promise<Shift> {
	const s = new Shift();
	await s.enter(id, `secret of ${id}`);
	await settle();
	return s;
}

describe('who has signed out', () => {
	test('leaves no guest’s address behind, whatever was still under way', async () => {
		const s = await signedIn();
		cloud = undefined;
		asked = [];
		void s.look();
		void s.purse?.look();
		s.leave();
		for (const a of asked) a.answer(trade(a.url));
		await settle();
		expect([s.stops, s.signIn, localStorage.length]).toEqual([[], 'out', 0]);
	});

	test('does not take with them who has signed in since', async () => {
		const s = await signedIn();
		cloud = undefined;
		asked = [];
		void s.look();
		const late = asked;
		s.leave();
		cloud = trade;
		await s.enter('d2', 'secret of d2');
		await settle();
		for (const a of late) a.answer(json({ code: 'bad_login', title: '', status: 401 }, 401));
		await settle();
		expect([s.signIn, s.name, s.stops.length]).toEqual(['in', 'Enzo', 1]);
		s.stop();
	});

	test('has nothing sent in another driver’s name', async () => {
		const s = await signedIn();
		cloud = undefined;
		asked = [];
		const trip = { id: 't1', offers: ['f1', 'f2'].map((id) => ({ id }) as never) };
		const answered = s.answer(trip, true);
		await settle();
		s.leave();
		cloud = trade;
		await s.enter('d2', 'secret of d2');
		for (const a of open('/accept')) a.answer(json({}));
		expect(await answered).toBe('');
		await settle();
		expect(open('/accept').map((a) => a.auth)).toEqual(['Bearer secret of d1']);
		expect(asked.filter((a) => a.url.includes('/d1/') && a.auth !== 'Bearer secret of d1')).toEqual([]);
		expect(s.answering).toBe('');
		s.stop();
	});

	test('of two who sign in the later one is in', async () => {
		const s = new Shift();
		cloud = undefined;
		void s.enter('d1', 'one');
		const first = asked[0];
		cloud = trade;
		await s.enter('d2', 'two');
		first?.answer(json({ code: 'bad_login', title: '', status: 403 }, 403));
		await settle();
		expect(s.signIn).toBe('in');
		expect(JSON.parse(localStorage.getItem('driver') ?? '{}')).toMatchObject({ id: 'd2' });
		s.stop();
	});

	test('is not told about any more, though the phone was asked where it is', async () => {
		let tell: PositionCallback = () => undefined;
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: () => undefined, clearWatch: () => undefined } });
		const s = await signedIn();
		const { places } = s;
		s.leave();
		tell({ coords: { latitude: 40.74, longitude: -73.98, speed: null, heading: null, accuracy: 8 }, timestamp: start } as unknown as GeolocationPosition);
		await settle();
		expect(open('/location')).toEqual([]);
		expect(places?.here(Date.now())).toBeUndefined();
	});
});

test('a look that is overtaken by a later one brings nothing back', async () => {
	const s = await signedIn();
	cloud = undefined;
	asked = [];
	void s.look();
	const early = asked;
	cloud = (url) => (url.endsWith('/offers') ? json({ offers: [], stops: [] }) : trade(url));
	await s.look();
	for (const a of early) a.answer(trade(a.url));
	await settle();
	expect(s.stops).toEqual([]);
	s.stop();
});

describe('a phone whose clock is set back', () => {
	const back = () => vi.setSystemTime(Date.now() - 3_600_000);

	test('sends what was done all the same, and what comes behind it', async () => {
		const d = new Deeds('d1', () => ({}), () => undefined);
		d.add({ kind: 'order', verb: 'deliver', order: 'o1', number: 7 });
		back();
		expect(d.undoable(Date.now())).toBeUndefined();
		d.add({ kind: 'order', verb: 'deliver', order: 'o2', number: 8 });
		await vi.advanceTimersByTimeAsync(6_000);
		expect(open('/complete-delivery').map((a) => [a.url, a.body['at']])).toEqual([
			['/api/orders/o1/complete-delivery', '2026-07-03T18:00:00.000Z'],
			['/api/orders/o2/complete-delivery', '2026-07-03T17:00:00.000Z'],
		]);
		d.stop();
	});

	test('sends after a reload too', async () => {
		const before = new Deeds('d1', () => ({}), () => undefined);
		before.add({ kind: 'order', verb: 'deliver', order: 'o1', number: 7 });
		before.stop();
		back();
		const after = new Deeds('d1', () => ({}), () => undefined);
		after.flush();
		await settle();
		expect(open('/complete-delivery')).toHaveLength(1);
		after.stop();
	});

	test('goes on telling where it is', async () => {
		let tell: PositionCallback = () => undefined;
		vi.stubGlobal('navigator', { ...navigator, geolocation: { watchPosition: (f: PositionCallback) => ((tell = f), 9), getCurrentPosition: () => undefined, clearWatch: () => undefined } });
		const s = await signedIn();
		const here = () => tell({ coords: { latitude: 40.74, longitude: -73.98, speed: null, heading: null, accuracy: 8 }, timestamp: Date.now() } as unknown as GeolocationPosition);
		here();
		await settle();
		back();
		expect(s.places?.here(Date.now())).toBeUndefined(); // nobody knows how long ago that was
		here();
		await settle();
		expect(open('/location')).toHaveLength(2);
		s.stop();
	});
});

test('what is refused because of what was refused before it hides nothing', async () => {
	cloud = (url) => (url.startsWith('/api/orders/') ? json({ code: 'illegal_step', title: '', status: 409, detail: `no ${url.split('/').at(-1)}` }, 409) : trade(url));
	const d = new Deeds('d1', () => ({}), () => undefined);
	for (const verb of ['pick_up', 'depart', 'deliver'] as const) d.add({ kind: 'order', verb, order: 'o1', number: 7 });
	await vi.advanceTimersByTimeAsync(6_000);
	expect(d.rejected.map((r) => r.detail)).toEqual(['no status', 'no start-delivery', 'no complete-delivery']);
	d.dismiss(d.rejected[0]?.deed.id ?? '');
	expect(d.rejected.map((r) => r.detail)).toEqual(['no start-delivery', 'no complete-delivery']);
	for (let n = 0; n < 30; n++) d.add({ kind: 'order', verb: 'fail', order: `o${n}`, number: n, reason: 'gone' });
	await vi.advanceTimersByTimeAsync(6_000);
	expect(d.rejected).toHaveLength(20);
	d.stop();
});
