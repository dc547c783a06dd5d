import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stream } from './stream.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** line is one connection: what is said on it, and whether it then breaks or stays open. */
function line(text: string, then: 'ends' | 'breaks' | 'stays' = 'ends', status = 200): (url: string, init: RequestInit) => Promise<Response> {
	return async (_, init) =>
		Promise.resolve(
			new Response(
				status === 200
					? new ReadableStream({
							start(c) {
								c.enqueue(new TextEncoder().encode(text));
								if (then === 'ends') c.close();
								else if (then === 'breaks') setTimeout(() => c.error(new TypeError('reset')), 10);
								init.signal?.addEventListener('abort', () => c.error(new DOMException('aborted', 'AbortError')));
							},
						})
					: null,
				{ status },
			),
		);
}

function follow(...lines: ((url: string, init: RequestInit) => Promise<Response>)[]) {
	const said: [string, unknown][] = [];
	const lastIds: (string | undefined)[] = [];
	const refused: number[] = [];
	const stream = new Stream({
		url: '/s',
		lastId: '3',
		silence: 1000,
		onEvent: (event, data) => said.push([event, data]),
		onRefused: (status) => refused.push(status),
		fetcher: async (url, init) => {
			lastIds.push((init?.headers as Record<string, string>)['Last-Event-ID']);
			const next = lines.shift();
			return next ? next(String(url), init ?? {}) : Promise.reject(new TypeError('nobody'));
		},
	});
	return { stream, said, lastIds, refused, done: stream.run() };
}

test('goes on behind the last event it has seen, until the end is told', async () => {
	const f = follow(line('id: 4\nevent: order\ndata: {"n":4}\n\n', 'breaks'), line('event: driver\ndata: {}\n\nid: 5\nevent: order\ndata: {"n":5}\n\nevent: end\ndata: {}\n\n'));
	await vi.advanceTimersByTimeAsync(2000);
	await f.done;
	expect(f.lastIds).toEqual(['3', '4']);
	expect(f.said.map(([e]) => e)).toEqual(['order', 'driver', 'order', 'end']);
	expect(f.stream.ended).toBe(true);
});

test('nothing will follow: it is over', async () => {
	const f = follow(line('', 'ends', 204));
	await f.done;
	expect(f.stream.ended).toBe(true);
	expect(f.lastIds).toHaveLength(1);
});

test('who is refused does not ask again', async () => {
	const f = follow(line('', 'ends', 401));
	await f.done;
	expect(f.refused).toEqual([401]);
	expect(f.lastIds).toHaveLength(1);
});

test('a silent line is dead, a heartbeat is not silence', async () => {
	const f = follow(line(': beat\n\n', 'stays'), line('event: end\ndata: {}\n\n'));
	await vi.advanceTimersByTimeAsync(900);
	expect(f.stream.connected).toBe(true);
	await vi.advanceTimersByTimeAsync(200);
	expect(f.stream.connected).toBe(false);
	expect(f.stream.lostAt).toBeDefined();
	await vi.advanceTimersByTimeAsync(1000);
	await f.done;
	expect(f.lastIds).toHaveLength(2);
});

test('keeps trying with growing pauses, and at once when poked', async () => {
	const f = follow();
	await vi.advanceTimersByTimeAsync(0);
	expect(f.lastIds).toHaveLength(1);
	f.stream.poke();
	await vi.advanceTimersByTimeAsync(0);
	expect(f.lastIds).toHaveLength(2);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(f.lastIds.length).toBeGreaterThan(6);
	expect(f.lastIds.length).toBeLessThan(20);
	f.stream.stop();
	await f.done;
});
