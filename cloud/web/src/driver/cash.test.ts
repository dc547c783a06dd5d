import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deeds } from './deeds.svelte.ts';
import { base64, mostBytes, shrink } from './photo.ts';
import { minorOf, Purse, type Bag } from './purse.svelte.ts';
import type { Vault } from './vault.ts';

const usd = (minor: number) => ({ minor, currency: 'USD' });
const bag: Bag = {
	id: 'b1', opened_at: '2026-07-03T17:00:00.000Z', float: usd(2000), collected: usd(1500), dropped: usd(0), expected: usd(3500), taken: [{ order_id: 'o0', amount: usd(1500) }],
	closed_at: null, counted: null, difference: null,
};
interface Call {
	url: string;
	body: Record<string, unknown>;
}
let calls: Call[];
let known: { currency: string; bag: Bag | null };
let answer: (url: string) => Response | Promise<Response>;

function memory(): Vault & { kept: Map<string, Blob> } {
	const kept = new Map<string, Blob>();
	return {
		kept,
		put: (k, p) => Promise.resolve(void kept.set(k, p)),
		get: (k) => Promise.resolve(kept.get(k)),
		remove: (k) => Promise.resolve(void kept.delete(k)),
	};
}

beforeEach(() => {
	localStorage.clear();
	vi.useFakeTimers({ now: Date.parse('2026-07-03T18:00:00.000Z') });
	calls = [];
	known = { currency: 'USD', bag };
	answer = () => new Response('{}');
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
		if (init.method === 'GET') return Promise.resolve(new Response(JSON.stringify(known)));
		calls.push({ url, body: JSON.parse(init.body as string) as Record<string, unknown> });
		return Promise.resolve(answer(url));
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const offline = () => Promise.reject(new TypeError('no signal'));
const make = (vault = memory()) => new Deeds('d1', () => ({}), () => undefined, vault);

describe('a cash bag', () => {
	test('counts what waits on the phone for done', async () => {
		answer = offline;
		const deeds = make();
		const purse = new Purse('d1', () => ({}), deeds);
		expect(purse.known).toBe(false);
		await purse.look();
		expect([purse.open, purse.sums.expected, purse.sums.stops]).toEqual(['b1', 3500, 1]);
		deeds.add({ kind: 'order', verb: 'deliver', order: 'o1', number: 7, cash: 1000 });
		deeds.add({ kind: 'order', verb: 'deliver', order: 'o0', number: 6, cash: 1500 }); // the cloud has it already
		deeds.add({ kind: 'bag', act: 'drop', bag: 'x', minor: 2500 });
		expect(purse.sums).toEqual({ float: 2000, collected: 2500, stops: 2, dropped: 2500, expected: 2000 });
		deeds.add({ kind: 'bag', act: 'close', bag: 'b1', minor: 2000, note: '' });
		expect(purse.open).toBeUndefined();
		deeds.add({ kind: 'bag', act: 'open', bag: 'b2', minor: 700 });
		expect([purse.open, purse.sums.float]).toEqual(['b2', 700]);
		deeds.stop();
		expect(new Purse('d1', () => ({}), make()).known).toBe(true);
	});

	test('is told of with its true time, in order', async () => {
		const deeds = make();
		deeds.add({ kind: 'bag', act: 'open', bag: 'b2', minor: 2000 });
		deeds.add({ kind: 'bag', act: 'drop', bag: 'x1', minor: 500 });
		deeds.add({ kind: 'bag', act: 'close', bag: 'b2', minor: 1500, note: 'it adds up' });
		await vi.advanceTimersByTimeAsync(100);
		const at = '2026-07-03T18:00:00.000Z';
		expect(calls).toEqual([
			{ url: '/api/drivers/d1/bag', body: { id: 'b2', float_minor: 2000, at } },
			{ url: '/api/drivers/d1/bag/drops', body: { id: 'x1', amount_minor: 500, at } },
			{ url: '/api/drivers/d1/bag/check-out', body: { bag_id: 'b2', counted_minor: 1500, note: 'it adds up', at } },
		]);
	});

	test('sums are read as people write them', () => {
		expect(['20', '20.5', '20,50', ' 7 ', '0'].map((s) => minorOf(s, 'USD'))).toEqual([2000, 2050, 2050, 700, 0]);
		expect(['', '-1', '1.234', '1e3', '12345678', 'ten'].map((s) => minorOf(s, 'USD'))).toEqual(Array(6).fill(undefined));
		expect([minorOf('500', 'JPY'), minorOf('5.5', 'JPY')]).toEqual([500, undefined]);
	});
});

describe('a proof', () => {
	test('waits without signal with its picture, goes before what was done after it, and is forgotten when it is there', async () => {
		const vault = memory();
		answer = offline;
		const deeds = make(vault);
		await deeds.addPhoto('o1', 7, new Blob(['picture']));
		deeds.add({ kind: 'proof', order: 'o1', number: 7, name: 'Ada' });
		deeds.add({ kind: 'order', verb: 'deliver', order: 'o1', number: 7, here: { latitude: 1, longitude: 2 } });
		expect([deeds.proofsOf('o1'), deeds.proofsOf('o2'), vault.kept.size]).toEqual([['photo', 'name'], [], 1]);
		await vi.advanceTimersByTimeAsync(4_000);
		calls = [];
		answer = () => new Response('{}');
		await vi.advanceTimersByTimeAsync(6_000);
		const at = '2026-07-03T18:00:00.000Z';
		expect(calls).toEqual([
			{ url: '/api/orders/o1/proof', body: { kind: 'photo', photo: btoa('picture'), at } },
			{ url: '/api/orders/o1/proof', body: { kind: 'name', name: 'Ada', at } },
			{ url: '/api/orders/o1/complete-delivery', body: { at, latitude: 1, longitude: 2 } },
		]);
		expect([deeds.waiting, vault.kept.size]).toEqual([[], 0]);
	});

	test('whose picture the browser has lost does not hold up the rest', async () => {
		const vault = memory();
		answer = offline;
		const deeds = make(vault);
		await deeds.addPhoto('o1', 7, new Blob(['picture']));
		deeds.add({ kind: 'shift', status: 'end_of_shift' });
		vault.kept.clear();
		answer = () => new Response('{}');
		await vi.advanceTimersByTimeAsync(4_000);
		expect(calls.at(-1)?.url).toBe('/api/drivers/d1/status');
		expect(deeds.waiting).toEqual([]);
	});

	test('with a wrong code is refused with the reason', async () => {
		answer = () => new Response(JSON.stringify({ code: 'wrong_code', title: '', status: 422, detail: 'this is not the guest’s code' }), { status: 422 });
		const deeds = make();
		deeds.add({ kind: 'proof', order: 'o1', number: 7, code: '1234' });
		await vi.advanceTimersByTimeAsync(100);
		expect([deeds.rejected[0]?.detail, deeds.waiting]).toEqual(['this is not the guest’s code', []]);
	});

	test('is made small enough, or not sent at all', async () => {
		const asked: string[] = [];
		const like = (bytes: (width: number, quality: number) => number) => ({
			width: 4000, height: 3000,
			encode: (w: number, h: number, q: number) => {
				asked.push(`${w}x${h}@${q}`);
				return Promise.resolve(new Blob([new Uint8Array(bytes(w, q))]));
			},
		});
		expect((await shrink(like((w, q) => w * 200 * q)))?.size).toBeLessThanOrEqual(mostBytes);
		expect(asked[0]).toBe('1280x960@0.8');
		expect(await shrink(like(() => mostBytes + 1))).toBeUndefined();
		expect(asked.length).toBeLessThan(25);
	});

	test('is carried as JSON takes it, however long it is', async () => {
		const long = new Uint8Array(100_000).fill(255);
		expect((await base64(new Blob([long]))).length).toBe(133_336);
	});
});

test('what was sent stays done until the cloud was read again', async () => {
	const deeds = make();
	const purse = new Purse('d1', () => ({}), deeds);
	await purse.look();
	const before = deeds.mark;
	deeds.add({ kind: 'bag', act: 'drop', bag: 'x', minor: 500 });
	deeds.add({ kind: 'shift', status: 'end_of_shift' });
	await vi.advanceTimersByTimeAsync(100);
	expect([deeds.waiting, purse.sums.dropped, deeds.shiftOf('available')]).toEqual([[], 500, 'end_of_shift']);
	deeds.settle(before, true); // of a read that began before
	expect(purse.sums.dropped).toBe(500);
	known = { currency: 'USD', bag: { ...bag, dropped: usd(500), expected: usd(3000) } };
	await purse.look();
	expect([purse.sums.dropped, deeds.shiftOf('available')]).toEqual([500, 'end_of_shift']);
	deeds.settle(deeds.mark, false);
	expect(deeds.shiftOf('available')).toBe('available');
});
