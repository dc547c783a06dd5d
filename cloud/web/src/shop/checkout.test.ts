import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Basket } from '../wire.ts';
import { Checkout, Quotes } from './checkout.svelte.ts';
import { faultsOf } from './faults.ts';

const basket: Basket = {
	restaurant_id: 'r1',
	fulfilment: 'carryout',
	channel: 'web',
	customer: { name: 'Ada' },
	lines: [{ product: 'margherita', size: 'large', quantity: 1 }],
	payment: { method: 'cash' },
};
const at = async () => Promise.resolve();
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const placed = { id: '1', tracking_url: '/track/abc' };
let fetches: ReturnType<typeof vi.fn<typeof fetch>>;
const key = (n: number) => (fetches.mock.calls[n]?.[1]?.headers as Record<string, string>)['Idempotency-Key'];

beforeEach(() => {
	localStorage.clear();
	fetches = vi.fn<typeof fetch>();
	vi.stubGlobal('fetch', fetches);
});
afterEach(() => vi.unstubAllGlobals());

test('an order that is accepted is placed, and nothing is left behind', async () => {
	fetches.mockResolvedValue(answer(201, placed));
	const c = new Checkout(at);
	await c.place(basket);
	expect(c.phase).toBe('placed');
	expect(c.order?.tracking_url).toBe('/track/abc');
	expect(localStorage.length).toBe(0);
});

test('an answer that got lost is asked for again with the same key', async () => {
	fetches.mockRejectedValueOnce(new TypeError('network')).mockResolvedValueOnce(answer(503, { code: 'timeout', title: '', status: 503 })).mockResolvedValueOnce(answer(201, placed));
	const c = new Checkout(at);
	await c.place(basket);
	expect(c.phase).toBe('placed');
	expect(key(0)).toBeTruthy();
	expect(new Set([key(0), key(1), key(2)]).size).toBe(1);
});

test('the key survives a reload: the same basket is the same order', async () => {
	fetches.mockRejectedValue(new TypeError('network'));
	const before = new Checkout(at);
	await before.place(basket);
	expect(before.phase).toBe('unknown');
	fetches.mockReset();
	fetches.mockResolvedValue(answer(201, placed));
	const sent = (localStorage.getItem('order.sent') ?? '').includes('margherita');
	expect(sent).toBe(true);
	const lastKey = (JSON.parse(localStorage.getItem('order.sent') ?? '{}') as { key: string }).key;
	const after = new Checkout(at);
	expect(after.phase).toBe('unknown');
	expect(after.sent).toEqual(basket);
	await after.place(basket);
	expect(key(0)).toBe(lastKey);
	expect(after.phase).toBe('placed');
});

test('another basket is another order', async () => {
	fetches.mockRejectedValue(new TypeError('network'));
	const c = new Checkout(at);
	await c.place(basket);
	const first = key(0);
	await c.place({ ...basket, payment: { method: 'card_at_door' } });
	expect(fetches.mock.calls.length).toBe(8);
	expect(key(7)).not.toBe(first);
});

test('a refusal is told, and the next try is a new order', async () => {
	fetches.mockResolvedValue(answer(409, { code: 'restaurant_paused', title: 'Conflict', status: 409, detail: 'not now' }));
	const c = new Checkout(at);
	await c.place(basket);
	expect(c.phase).toBe('refused');
	expect(c.problem?.code).toBe('restaurant_paused');
	expect(fetches).toHaveBeenCalledTimes(1);
	expect(localStorage.length).toBe(0);
	c.settle();
	expect(c.phase).toBe('idle');
});

test('giving up an unanswered order forgets it', async () => {
	fetches.mockRejectedValue(new TypeError('network'));
	const c = new Checkout(at);
	await c.place(basket);
	c.forget();
	expect(c.phase).toBe('idle');
	expect(new Checkout(at).phase).toBe('idle');
});

describe('quotes', () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => vi.useRealTimers());
	const request = { fulfilment: 'carryout' as const, lines: basket.lines };
	const quote = { lines: [], totals: {}, promise: {} };

	test('are asked for a moment after the last change, once', async () => {
		fetches.mockImplementation(async () => Promise.resolve(answer(200, quote)));
		const q = new Quotes('r1');
		q.ask(request);
		q.ask({ ...request, lines: [] });
		q.ask(request);
		q.ask(request);
		expect(q.waiting).toBe(true);
		await vi.advanceTimersByTimeAsync(400);
		expect(fetches).toHaveBeenCalledTimes(1);
		expect(q.quote).toEqual(quote);
		expect(q.waiting).toBe(false);
	});

	test('that come late do not replace newer ones', async () => {
		let late: (r: Response) => void = () => undefined;
		fetches.mockImplementationOnce(async () => new Promise((done) => (late = done))).mockImplementationOnce(async () => Promise.resolve(answer(200, { ...quote, lines: ['new'] })));
		const q = new Quotes('r1');
		q.ask(request, 0);
		await vi.advanceTimersByTimeAsync(1);
		q.ask({ ...request, lines: [] }, 0);
		await vi.advanceTimersByTimeAsync(1);
		late(answer(200, { ...quote, lines: ['old'] }));
		await vi.advanceTimersByTimeAsync(1);
		expect(q.quote?.lines).toEqual(['new']);
	});

	test('that are asked for again while one is under way stay until the newer is here', async () => {
		const done: ((r: Response) => void)[] = [];
		const held = (init?: RequestInit) => new Promise<Response>((_, no) => init?.signal?.addEventListener('abort', () => no(new DOMException('', 'AbortError'))));
		fetches.mockResolvedValueOnce(answer(200, quote));
		const q = new Quotes('r1');
		q.ask(request, 0);
		await vi.advanceTimersByTimeAsync(1);
		fetches.mockImplementation(async (_, init) => Promise.race([new Promise<Response>((yes) => done.push(yes)), held(init)]));
		q.again(request);
		await vi.advanceTimersByTimeAsync(1);
		q.again(request);
		await vi.advanceTimersByTimeAsync(1);
		expect([q.quote, q.problem, q.waiting]).toEqual([quote, undefined, true]);
		done[0]?.(answer(200, { ...quote, lines: ['old'] }));
		done[1]?.(answer(200, { ...quote, lines: ['new'] }));
		await vi.advanceTimersByTimeAsync(1);
		expect([q.quote?.lines, q.waiting]).toEqual([['new'], false]);
	});

	test('that are refused or not reached say so', async () => {
		fetches.mockResolvedValueOnce(answer(422, { code: 'out_of_zone', title: '', status: 422, errors: [{ path: 'address', detail: 'too far' }] })).mockRejectedValueOnce(new TypeError('network'));
		const q = new Quotes('r1');
		q.ask(request, 0);
		await vi.advanceTimersByTimeAsync(1);
		expect(faultsOf(q.problem, {}, String).fields.door).toBe('too far');
		q.again(request);
		await vi.advanceTimersByTimeAsync(1);
		expect(q.problem?.code).toBe('unreached');
	});
});

test('what is wrong stands where it is wrong', () => {
	const errors = [
		{ path: 'customer.phone', detail: 'a phone number like +12025550123' },
		{ path: 'lines[1].toppings[0].topping', detail: 'no such topping' },
		{ path: 'fire_at', detail: 'too soon' },
	];
	const f = faultsOf({ code: 'invalid_order', title: 'Unprocessable', status: 422, detail: 'the order is wrong', errors }, {}, String);
	expect(f.fields).toEqual({ phone: 'a phone number like +12025550123' });
	expect(f.lines).toEqual({ 1: 'no such topping' });
	expect(f.general).toBe('the order is wrong');
	expect(faultsOf({ code: 'restaurant_closed', title: '', status: 409, detail: 'closed' }, { restaurant_closed: 'Chiuso.' }, String).general).toBe('Chiuso.');
	expect(faultsOf(undefined, {}, String).general).toBe('');
});

test('what is sold out is said at the line that wants it, each thing once', () => {
	const sold_out = [{ line: 1, name: 'Gluten-free base' }, { line: 1, name: 'Barbecue sauce' }, { line: 1, name: 'Gluten-free base' }, { line: 0, name: 'Cola' }];
	const f = faultsOf({ code: 'sold_out', title: '', status: 409, detail: 'sold out', sold_out }, { sold_out: 'Something is sold out.' }, (what) => `no ${what}`);
	expect(f.lines).toEqual({ 0: 'no Cola', 1: 'no Gluten-free base, Barbecue sauce' });
	expect(f.general).toBe('Something is sold out.');
});
