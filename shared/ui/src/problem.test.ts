import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, insist, patience, Refusal, Unreached } from './problem.ts';

describe('what a page asks a server', () => {
	let asked: RequestInit[];

	/** hangs takes a request and says nothing until the asker has gone. */
	const hangs = (init: RequestInit) => new Promise<Response>((_, no) => init.signal?.addEventListener('abort', () => no(new Error('aborted'))));
	const answers = (...with_: ((init: RequestInit) => Promise<Response>)[]) =>
		vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
			asked.push(init);
			return (with_[asked.length - 1] ?? hangs)(init);
		});
	const ok = () => Promise.resolve(new Response('{"a":1}'));

	beforeEach(() => {
		vi.useFakeTimers();
		asked = [];
	});

	afterEach(() => {
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	it('is asked again, once, when no answer comes within its patience, and word for word', async () => {
		answers(hangs, ok);
		const answer = insist('/tap', { body: { tap: '1' } });
		await vi.advanceTimersByTimeAsync(patience - 1);
		expect(asked).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1);
		expect(await answer).toEqual({ a: 1 });
		expect(asked.map((a) => a.body)).toEqual(['{"tap":"1"}', '{"tap":"1"}']);
	});

	it('is given up after twice its patience', async () => {
		answers();
		const given = insist('/tap', { body: {} }).catch((err: unknown) => err);
		await vi.advanceTimersByTimeAsync(2 * patience);
		expect(await given).toBeInstanceOf(Unreached);
		expect(asked).toHaveLength(2);
	});

	it('is not asked again once it was refused, or when nobody wants to know any more', async () => {
		answers(() => Promise.resolve(new Response('{"code":"illegal_step","title":"no","status":409}', { status: 409 })));
		expect(await insist('/tap', { body: {} }).catch((err: unknown) => err)).toBeInstanceOf(Refusal);
		const gone = new AbortController();
		const given = insist('/tap', { body: {}, signal: gone.signal }).catch((err: unknown) => err);
		gone.abort();
		expect(await given).toBeInstanceOf(Unreached);
		expect(asked).toHaveLength(2);
	});

	it('is unanswered when its answer breaks off, and answered when there is nothing to say', async () => {
		const torn = () => Promise.resolve(new Response(new ReadableStream({ start: (c) => c.error(new Error('reset')) })));
		answers(torn, () => Promise.resolve(new Response(null, { status: 204 })));
		expect(await call('/x').catch((err: unknown) => err)).toBeInstanceOf(Unreached);
		expect(await call('/x')).toBeUndefined();
	});
});
