import type { Status } from '@awesome/ui';
import { afterEach, expect, test, vi } from 'vitest';
import type { Order } from '../wire.ts';
import { tokenFrom, Tracking, type TrackEvent } from './tracking.svelte.ts';

const usd = (minor: number) => ({ minor, currency: 'USD' });
const promise = { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:30:00.000Z', because: ['3 orders ahead'] };
const order: Order = {
	id: 'o1', number: 7, restaurant_id: 'r1', fulfilment: 'delivery', status: 'Queued', version: 3,
	kitchen: { state: 'queued', as_of: '2026-07-03T18:00:00.000Z' }, delivery: { state: 'unassigned', driver: null }, lines: [],
	totals: { items: usd(1), tax: usd(0), fee: usd(0), total: usd(1) }, payment: { method: 'cash' }, promise, placed_at: '2026-07-03T18:00:00.000Z',
	timeline: [{ status: 'Created', at: '2026-07-03T18:00:00.000Z', by: 'cloud', version: 1 }, { status: 'Queued', at: '2026-07-03T18:00:01.000Z', by: 'edge', version: 3 }],
};
const event = (status: Status, version: number, more: Partial<TrackEvent> = {}): TrackEvent => ({
	status, version, at: '2026-07-03T18:05:00.000Z', number: 7, promise, ready: null, arrives: null, driver: null, kitchen: 'preparing', delivery: 'unassigned', cancel_asked: null,
	reason: '', overdue: false, ...more,
});

/** cloud answers by path; a path without an answer is out of reach. */
function cloud(answers: Record<string, () => Response>): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (url: string) => {
		asked.push(url);
		const found = Object.entries(answers).find(([path]) => url.startsWith(path));
		return found ? Promise.resolve(found[1]()) : Promise.reject(new TypeError('nobody'));
	});
	return asked;
}
const json = (body: unknown, status = 200) => () => new Response(JSON.stringify(body), { status });

afterEach(() => vi.unstubAllGlobals());

async function tracked(more: Record<string, () => Response> = {}): Promise<Tracking> {
	cloud({ '/api/track/abc': json(order), '/api/orders/o1/track': () => new Response(null, { status: 204 }), ...more });
	const t = new Tracking('abc');
	await t.start();
	return t;
}

test('the token is in the address', () => {
	expect([tokenFrom('/track/ABC'), tokenFrom('/track/A%2FB/'), tokenFrom('/track')]).toEqual(['ABC', 'A/B', '']);
});

test('the stream is opened behind the version that was read', async () => {
	const headers: Record<string, string>[] = [];
	vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
		if (url.includes('/track?')) headers.push(init?.headers as Record<string, string>);
		return Promise.resolve(url.startsWith('/api/track/') ? json(order)() : new Response(null, { status: 204 }));
	});
	await new Tracking('abc').start();
	expect(headers[0]?.['Last-Event-ID']).toBe('3');
});

test('a courier is shown as far as it tells, and forgotten when it has dropped the order', async () => {
	const t = await tracked();
	const courier = { id: 'swift', name: 'Swift', state: 'at_restaurant', rider: 'Mila', tracking_url: 'https://swift.example/1', since: '2026-07-03T18:01:00.000Z' };
	t.take('change', event('Queued', 4, { courier }));
	expect(t.order?.delivery.courier).toEqual(courier);
	t.take('change', event('Queued', 5));
	expect(t.order?.delivery.courier).toBeNull();
});

test('steps are followed and stand in the timeline once', async () => {
	const t = await tracked();
	t.take('order', event('Preparing', 4));
	t.take('order', event('Preparing', 4));
	t.take('order', event('Baking', 5, { kitchen: 'baking', driver: { id: 'd1', name: 'Enzo' } }));
	expect(t.order).toMatchObject({ status: 'Baking', version: 5, kitchen: { state: 'baking' }, delivery: { driver: { name: 'Enzo' } } });
	expect(t.order?.timeline.map((s) => s.status)).toEqual(['Created', 'Queued', 'Preparing', 'Baking']);
});

test('what is older than what is known changes nothing', async () => {
	const t = await tracked();
	t.take('order', event('Baking', 5));
	t.take('change', event('Preparing', 4));
	expect(t.order?.status).toBe('Baking');
});

test('a promise that moves shows what it was', async () => {
	const t = await tracked();
	const later = { from: '2026-07-03T18:30:00.000Z', to: '2026-07-03T18:40:00.000Z', because: ['oven down'] };
	t.take('change', event('Queued', 4, { promise: later }));
	expect(t.was).toEqual(promise);
	expect(t.order?.promise).toEqual(later);
	expect(t.order?.timeline).toHaveLength(2);
});

test('the driver is seen between departure and door only', async () => {
	const t = await tracked();
	const where = { latitude: 40.74, longitude: -73.98, heading: 90, at: '2026-07-03T18:15:00.000Z', eta: '2026-07-03T18:22:00.000Z' };
	t.take('driver', where);
	expect(t.where).toBeUndefined();
	t.take('order', event('OutForDelivery', 6, { delivery: 'out_for_delivery', arrives: '2026-07-03T18:25:00.000Z' }));
	expect(t.where).toEqual(where);
	expect(t.expected).toBe(where.eta);
	expect(t.arrival).toBeUndefined();
	t.take('driver', { ...where, earliest: '2026-07-03T18:20:00.000Z', latest: '2026-07-03T18:24:00.000Z' });
	expect(t.arrival).toEqual({ from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:24:00.000Z' });
	expect(t.near).toBeUndefined();
	t.take('near', { eta: '2026-07-03T18:22:00.000Z', seconds: 110 });
	t.take('near', { eta: '2026-07-03T18:23:00.000Z', seconds: 90 });
	expect(t.near?.seconds).toBe(110);
	t.take('driver', { ...where, at: '2026-07-03T18:20:20.000Z', eta: '2026-07-03T18:23:00.000Z' });
	expect(t.near?.seconds, 'still about to be there').toBe(110);
	t.take('driver', { ...where, at: '2026-07-03T18:20:30.000Z', eta: '2026-07-03T18:29:00.000Z' });
	expect(t.near, 'it was said too soon').toBeUndefined();
	t.take('near', { eta: '2026-07-03T18:28:00.000Z', seconds: 100 });
	expect(t.near?.seconds).toBe(100);
	t.take('driver', { ...where, latitude: null, longitude: null, heading: null, eta: null });
	expect(t.near, 'nobody knows any more').toBeUndefined();
	t.take('near', { eta: '2026-07-03T18:28:00.000Z', seconds: 60 });
	t.take('order', event('Delivered', 7));
	expect(t.near).toBeUndefined();
	expect(t.where).toBeUndefined();
	expect(t.expected).toBeUndefined();
});

test('cancelling before the kitchen has it is done at once', async () => {
	const t = await tracked({ '/api/orders/o1/cancel': json({ ...order, status: 'Cancelled', version: 4, cancel_asked: null }) });
	await t.cancel();
	expect(t.order?.status).toBe('Cancelled');
	expect(t.cancelState).toBe('none');
});

test('cancelling afterwards asks the restaurant, whose answer is told', async () => {
	const asked = { ...order, version: 4, cancel_asked: '2026-07-03T18:06:00.000Z' };
	const t = await tracked({ '/api/orders/o1/cancel': json(asked, 202) });
	await t.cancel();
	expect(t.cancelState).toBe('asked');
	t.take('change', event('Preparing', 5, { cancel_asked: null, reason: 'already in the oven' }));
	expect(t.cancelState).toBe('kept');
	expect(t.order?.reason).toBe('already in the oven');
});

test('a no that is faster than the answer to the question counts', async () => {
	let letGo: (r: Response) => void = () => undefined;
	const t = await tracked();
	vi.stubGlobal('fetch', async () => new Promise((done) => (letGo = done)));
	const asking = t.cancel();
	t.take('change', event('Preparing', 5, { cancel_asked: null, reason: 'already in the oven' }));
	letGo(json({ ...order, version: 4, cancel_asked: '2026-07-03T18:06:00.000Z' }, 202)());
	await asking;
	expect(t.cancelState).toBe('kept');
	expect(t.order?.version).toBe(5);
});

test('cancelling too late, and cancelling that does not get through', async () => {
	const late = await tracked({ '/api/orders/o1/cancel': json({ code: 'illegal_step', title: '', status: 409 }, 409) });
	await late.cancel();
	expect(late.cancelState).toBe('kept');
	const lost = await tracked();
	await lost.cancel();
	expect(lost.cancelState).toBe('failed');
});

test('an unknown link says so; a lost line is tried again', async () => {
	cloud({ '/api/track/abc': json({ code: 'no_such_order', title: '', status: 404 }, 404) });
	const unknown = new Tracking('abc');
	await unknown.start();
	expect(unknown.trouble).toBe('unknown');

	cloud({});
	const lost = new Tracking('abc');
	const seen: (string | undefined)[] = [];
	await lost.start(async () => {
		seen.push(lost.trouble);
		if (seen.length === 2) cloud({ '/api/track/abc': json({ ...order, status: 'Delivered' }) });
		return Promise.resolve();
	});
	expect(seen).toEqual(['lost', 'lost']);
	expect(lost.order?.status).toBe('Delivered');
	expect(lost.trouble).toBeUndefined();
});

test('who fetches the order sees the kitchen’s own guess', async () => {
	cloud({ '/api/track/abc': json({ ...order, fulfilment: 'carryout', ready: '2026-07-03T18:18:00.000Z' }), '/api/orders/o1/track': () => new Response(null, { status: 204 }) });
	const t = new Tracking('abc');
	await t.start();
	expect(t.expected).toBe('2026-07-03T18:18:00.000Z');
});

test('of a driver who has grown silent the guest keeps where he was seen last, and no forecast', async () => {
	const t = await tracked();
	const where = { latitude: 40.74, longitude: -73.98, heading: 90, at: '2026-07-03T18:15:00.000Z', eta: '2026-07-03T18:22:00.000Z', earliest: '2026-07-03T18:20:00.000Z', latest: '2026-07-03T18:24:00.000Z', stops_before: 0 };
	t.take('order', event('OutForDelivery', 6, { delivery: 'out_for_delivery' }));
	t.take('driver', where);
	const nowhere = { ...where, latitude: null, longitude: null, heading: null, eta: null, earliest: null, latest: null };
	t.take('driver', nowhere);
	expect(t.where).toMatchObject({ latitude: 40.74, at: where.at, eta: null, latest: null });
	expect(t.arrival).toBeUndefined();
	t.take('driver', { ...nowhere, at: '2026-07-03T18:19:00.000Z', stops_before: 1 }); // heard again, on the way to another door
	expect(t.where).toMatchObject({ latitude: null, stops_before: 1 });
});
