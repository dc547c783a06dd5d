import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live } from './live.svelte.ts';

interface Snap {
	seq: number;
}

/** Server is a stream that the test writes, and a snapshot that it sets. */
class Server {
	seq = 0;
	asked: { url: string; last: string | null }[] = [];
	up = true;
	#writers: ReadableStreamDefaultController<Uint8Array>[] = [];

	fetch = (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
		this.asked.push({ url: String(url), last: new Headers(init?.headers).get('Last-Event-ID') });
		if (!this.up) return Promise.reject(new TypeError('refused'));
		if (String(url) === '/board') return Promise.resolve(new Response(JSON.stringify({ seq: this.seq })));
		const body = new ReadableStream<Uint8Array>({
			start: (c) => {
				this.#writers.push(c);
				init?.signal?.addEventListener('abort', () => {
					try {
						c.error(new Error('aborted'));
					} catch {
						// ended before
					}
				});
			},
		});
		return Promise.resolve(new Response(body));
	};

	say(text: string): void {
		this.#writers.at(-1)?.enqueue(new TextEncoder().encode(text));
	}

	event(name: string, data: { seq?: number }): void {
		this.say(`${data.seq === undefined ? '' : `id: ${data.seq}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
	}

	hangUp(): void {
		this.#writers.at(-1)?.close();
	}
}

describe('a live page', () => {
	let server: Server;
	let heard: string[];
	let live: Live<Snap, Snap>;
	const settle = () => vi.advanceTimersByTimeAsync(1);

	beforeEach(async () => {
		vi.useFakeTimers();
		server = new Server();
		heard = [];
		live = new Live<Snap, Snap>(
			{
				stream: '/stream',
				snapshot: '/board',
				onSnapshot: (s) => heard.push(`snapshot ${s.seq}`),
				onChange: (c) => heard.push(`change ${c.seq}`),
				onOther: (event) => heard.push(event),
			},
			{ silence: 1000, firstRetry: 100, lastRetry: 400 },
			server.fetch,
		);
		void live.run();
		await settle();
	});

	afterEach(() => {
		live.stop();
		vi.useRealTimers();
	});

	it('takes the snapshot and every change after it, once', async () => {
		server.event('snapshot', { seq: 4 });
		server.event('change', { seq: 4 });
		server.event('change', { seq: 5 });
		server.event('link', {});
		server.event('change', { seq: 5 });
		await settle();
		expect(heard).toEqual(['snapshot 4', 'change 5', 'link']);
		expect(live.seq).toBe(5);
		expect(live.connected).toBe(true);
		expect(live.lostAt).toBeUndefined();
	});

	it('fetches a snapshot when a number is missing, and skips what that already has', async () => {
		server.seq = 9;
		server.event('snapshot', { seq: 4 });
		server.event('change', { seq: 7 });
		server.event('change', { seq: 8 });
		server.event('change', { seq: 9 });
		server.event('change', { seq: 10 });
		await settle();
		expect(heard).toEqual(['snapshot 4', 'snapshot 9', 'change 10']);
	});

	it('comes back with the number it has seen when the stream ends', async () => {
		server.event('snapshot', { seq: 4 });
		await settle();
		server.hangUp();
		await settle();
		expect(live.connected).toBe(false);
		expect(live.lostAt).toBeDefined();
		await vi.advanceTimersByTimeAsync(200);
		expect(server.asked.map((a) => a.last)).toEqual([null, '4']);
		server.event('change', { seq: 5 });
		await settle();
		expect(heard).toEqual(['snapshot 4', 'change 5']);
		expect(live.lostAt).toBeUndefined();
	});

	it('does not take silence for peace: no heartbeat, no line', async () => {
		server.event('snapshot', { seq: 1 });
		for (let i = 0; i < 5; i++) {
			await vi.advanceTimersByTimeAsync(800);
			server.say(': beat\n\n');
		}
		await settle();
		expect(live.connected).toBe(true);
		const heard = live.heardAt;
		await vi.advanceTimersByTimeAsync(1001);
		expect(live.connected).toBe(false);
		expect(live.lostAt).toBe(heard); // since it was last heard, not since somebody noticed
	});

	it('misses a node that hangs within five seconds when it is told nothing else', async () => {
		live.stop();
		live = new Live<Snap, Snap>({ stream: '/stream', snapshot: '/board', onSnapshot: () => undefined, onChange: () => undefined }, {}, server.fetch);
		void live.run();
		await settle();
		server.event('snapshot', { seq: 1 });
		await vi.advanceTimersByTimeAsync(4_990);
		expect(live.connected).toBe(true);
		await vi.advanceTimersByTimeAsync(20);
		expect(live.connected).toBe(false);
	});

	it('listens once more after it stood still itself', async () => {
		server.event('snapshot', { seq: 1 });
		await settle();
		vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(9_000); // the timer fires long after it was due
		server.say(': beat\n\n');
		await vi.advanceTimersByTimeAsync(1_500);
		expect(live.connected).toBe(true);
		server.say(': beat\n\n');
		await vi.advanceTimersByTimeAsync(900);
		expect(live.connected).toBe(true);
		vi.restoreAllMocks();
	});

	it('tries for ever, with growing pauses, and at once when poked', async () => {
		server.up = false;
		server.hangUp();
		await vi.advanceTimersByTimeAsync(10_000);
		const tries = server.asked.length;
		expect(tries).toBeGreaterThan(15);
		expect(tries).toBeLessThan(45);
		const since = live.lostAt;
		server.up = true;
		live.poke();
		await settle();
		server.event('snapshot', { seq: 1 });
		await settle();
		expect(server.asked.length).toBe(tries + 1);
		expect(since).toBeDefined();
		expect(live.lostAt).toBeUndefined();
	});

	it('goes on after an event that is no JSON', async () => {
		server.event('snapshot', { seq: 1 });
		server.say('event: change\ndata: {oops\n\n');
		await vi.advanceTimersByTimeAsync(200);
		server.event('snapshot', { seq: 2 });
		await settle();
		expect(heard.at(-1)).toBe('snapshot 2');
	});

	it('asks nobody after it was stopped', async () => {
		live.stop();
		const asked = server.asked.length;
		await vi.advanceTimersByTimeAsync(5000);
		expect(server.asked.length).toBe(asked);
	});
});
