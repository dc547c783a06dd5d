import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Tracking } from './tracking.svelte.ts';

const start = Date.parse('2026-07-03T18:15:00.000Z');
const ago = (seconds: number) => new Date(start - seconds * 1000).toISOString();
const order = { id: 'o1', restaurant_id: 'r1', fulfilment: 'delivery', status: 'OutForDelivery', version: 6, timeline: [], promise: { from: ago(0), to: ago(-600) } };
const where = (at: string, here = true) => ({ latitude: here ? 40.74 : null, longitude: here ? -73.98 : null, heading: null, at, eta: null, stops_before: 0 });

interface Open {
	says: (w: object) => Promise<void>;
	beats: () => Promise<void>;
	breaks: () => Promise<void>;
}
let lines: Open[];
let date: string | undefined; // by the cloud's clock, when a line is opened
const settle = async () => vi.advanceTimersByTimeAsync(1);

function line(): Response {
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		start: (c) => {
			const push = async (text: string) => {
				c.enqueue(encoder.encode(text));
				await settle();
			};
			lines.push({
				says: (w) => push(`event: driver\ndata: ${JSON.stringify(w)}\n\n`),
				beats: () => push(': beat\n\n'),
				breaks: async () => {
					c.error(new TypeError('cut'));
					await settle();
				},
			});
		},
	});
	return new Response(body, { headers: date === undefined ? {} : { Date: date } });
}

beforeEach(() => {
	vi.useFakeTimers({ now: start });
	lines = [];
	date = undefined;
	vi.stubGlobal('fetch', async (url: string) => {
		if (url.startsWith('/api/orders/o1/track')) return Promise.resolve(line());
		return url === '/api/track/abc' ? Promise.resolve(new Response(JSON.stringify(order))) : Promise.reject(new TypeError('nobody'));
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

async function followed(): Promise<{ t: Tracking; last: () => Open; silent: () => number; wait: (seconds: number) => Promise<void> }> {
	const t = new Tracking('abc');
	void t.start();
	await settle();
	const last = () => {
		const found = lines.at(-1);
		if (!found) throw new Error('no line is open');
		return found;
	};
	const wait = async (seconds: number) => {
		for (let s = 0; s < seconds; s += 10) {
			await vi.advanceTimersByTimeAsync(10_000);
			if (t.lostAt === undefined) await last().beats();
		}
	};
	return { t, last, silent: () => Math.round(t.silence(performance.now())), wait };
}

test.each([['behind', -3_600], ['ahead', 3_600]])('a phone whose clock is %s calls nobody silent for it', async (_, off) => {
	const { t, last, silent, wait } = await followed();
	await last().says(where(ago(off)));
	expect(silent()).toBe(0);
	await wait(50);
	expect(silent()).toBe(0);
	await wait(20);
	expect(silent()).toBe(70);
	await last().says(where(ago(off - 70)));
	expect(silent()).toBe(0);
	t.stop();
});

test('the guest’s own clock may be set while a driver is on the way', async () => {
	const { t, last, silent, wait } = await followed();
	await last().says(where(ago(0)));
	vi.setSystemTime(start + 7_200_000);
	await wait(30);
	expect([silent(), Math.round(t.seenFor(performance.now()))]).toEqual([0, 30]);
	t.stop();
});

test('who reloads while the driver is silent reads it at once, by the cloud’s clock and not by the phone’s', async () => {
	vi.setSystemTime(start - 86_400_000);
	date = new Date(start).toUTCString();
	const { t, last, silent, wait } = await followed();
	await last().says(where(ago(300), false));
	expect(silent()).toBe(300);
	await last().says(where(ago(0)));
	expect(silent()).toBe(0);
	await wait(10);
	await last().says(where(ago(900))); // the driver's phone is wrong, but it speaks
	expect(silent()).toBe(0);
	t.stop();
});

test('who hears nothing does not read that the driver is silent', async () => {
	const { t, last, silent } = await followed();
	await last().says(where(ago(0)));
	await last().breaks();
	vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('nobody')));
	await vi.advanceTimersByTimeAsync(300_000);
	expect(t.lostAt).toBeDefined();
	expect(silent()).toBe(0);
	expect(t.seenFor(performance.now())).toBeGreaterThan(299);
	t.stop();
});

test('a phone that slept does not take its own sleep for the driver’s silence', async () => {
	const { t, last } = await followed();
	await last().says(where(ago(0)));
	expect(t.silence(performance.now() + 600_000)).toBe(0);
	t.stop();
});
