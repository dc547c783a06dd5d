import type { Board as Snapshot, BoardChange, Ticket } from '@awesome/ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Board } from './board.svelte.ts';
import { item, ticket } from './testing.ts';

/** Node is a node whose stream the test writes. */
class Node {
	#out: ReadableStreamDefaultController<Uint8Array> | undefined;

	fetch = (_: string, init?: RequestInit): Promise<Response> => {
		const body = new ReadableStream<Uint8Array>({
			start: (out) => {
				this.#out = out;
				init?.signal?.addEventListener('abort', () => out.error(new Error('aborted')));
			},
		});
		return Promise.resolve(new Response(body));
	};

	async say(event: string, data: unknown): Promise<void> {
		this.#out?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
		await vi.advanceTimersByTimeAsync(1);
	}
}

const now = '2026-07-03T18:00:00.000Z';
const at = (version: number, state: Ticket['state']) => ticket(7, [item('1')], { version, state });
const snapshot = (seq: number, ...tickets: Ticket[]): Snapshot =>
	({ seq, now, ui: '1', restaurant: 'r1', tickets, cooks: [], alerts: [], ovens: [], link: { state: 'up' } }) as unknown as Snapshot;
const change = (seq: number, tickets: Ticket[], gone: string[] = []): BoardChange => ({ seq, now, tickets, gone, cooks: [], alerts: [], cleared: [] }) as unknown as BoardChange;

describe('a board', () => {
	let node: Node;
	let board: Board;
	const seen = () => board.tickets.map((t) => [t.version, t.state]);

	beforeEach(async () => {
		vi.useFakeTimers();
		localStorage.clear();
		node = new Node();
		vi.stubGlobal('fetch', node.fetch);
		board = new Board({ onTime: () => undefined, onPages: () => undefined });
		void board.live.run();
		await vi.advanceTimersByTimeAsync(1);
		await node.say('snapshot', snapshot(1, at(1, 'queued')));
	});

	afterEach(() => {
		board.live.stop();
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	it('shows what a tap made of a ticket before the stream tells', async () => {
		board.merge(at(2, 'preparing'));
		expect(seen()).toEqual([[2, 'preparing']]);
		await node.say('change', change(2, [at(2, 'preparing')]));
		expect(seen()).toEqual([[2, 'preparing']]);
	});

	it('is not put back by an answer that comes behind the stream', async () => {
		await node.say('change', change(2, [at(2, 'preparing')]));
		await node.say('change', change(3, [at(3, 'baking')]));
		board.merge(at(2, 'preparing'));
		expect(seen()).toEqual([[3, 'baking']]);
	});

	it('is not put back by a stream that comes behind an answer, which has what others did before', async () => {
		board.merge(at(3, 'baking'));
		await node.say('change', change(2, [at(2, 'preparing')]));
		expect(seen()).toEqual([[3, 'baking']]);
		await node.say('change', change(3, [{ ...at(3, 'baking'), rank: 'b' }]));
		expect(board.ticket('order-7')?.rank).toBe('b'); // what moves without a step of its own
	});

	it('does not bring back what has gone, and takes a snapshot for what it is', async () => {
		await node.say('change', change(2, [], ['order-7']));
		board.merge(at(2, 'preparing'));
		expect(seen()).toEqual([]);
		await node.say('snapshot', snapshot(5, at(9, 'ready')));
		await node.say('snapshot', snapshot(6, at(1, 'queued'))); // a node that was made anew
		expect(seen()).toEqual([[1, 'queued']]);
	});
});
