import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Taps } from './taps.svelte.ts';
import { item, ticket } from './testing.ts';

describe('taps', () => {
	const t = ticket(7, [item('1')]);
	let asked: { url: string; body: Record<string, string> }[];
	let answers: (() => Promise<Response>)[];
	let merged: number[];
	let reachable: boolean;
	let aborts: AbortSignal[];
	let taps: Taps;

	const ok = (version: number) => () => Promise.resolve(new Response(JSON.stringify({ ...t, version })));
	const no = (problem: object) => () => Promise.resolve(new Response(JSON.stringify(problem), { status: 409 }));
	const lost = () => Promise.reject(new TypeError('connection reset'));

	beforeEach(() => {
		vi.useFakeTimers();
		asked = [];
		aborts = [];
		answers = [];
		merged = [];
		reachable = true;
		taps = new Taps((x) => merged.push(x.version), () => reachable);
		vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
			if (init.signal) aborts.push(init.signal);
			asked.push({ url, body: JSON.parse(init.body as string) as Record<string, string> });
			return answers.shift()?.();
		});
	});

	afterEach(() => {
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	it('a bump is shown at once and can be taken back for five seconds', async () => {
		answers = [ok(2), ok(3)];
		expect(await taps.act(t, { verb: 'bump', station: 'make' })).toBe(true);
		expect(merged).toEqual([2]);
		expect(taps.said).toMatchObject({ kind: 'done', number: 7, undo: true });
		expect(await taps.undo()).toBe(true);
		expect(asked.map((a) => a.url)).toEqual(['/api/tickets/order-7/bump', '/api/tickets/order-7/recall']);
		expect(taps.said).toMatchObject({ kind: 'undone' });
		await vi.advanceTimersByTimeAsync(5000);
		expect(taps.said).toBeUndefined();
		expect(await taps.undo()).toBe(false);
	});

	it('after five seconds the offer is gone, but the last tap can still be recalled', async () => {
		answers = [ok(2), ok(3)];
		await taps.act(t, { verb: 'bump', station: 'make' });
		await vi.advanceTimersByTimeAsync(5001);
		expect(await taps.undo()).toBe(false);
		expect(await taps.recallLast()).toBe(true);
	});

	it('what follows quickly waits for the tap before it, and a finger that bounced does nothing', async () => {
		answers = [ok(2), ok(3)];
		const first = taps.act(t, { verb: 'bump', item: '1' });
		const bounced = taps.act(t, { verb: 'bump', item: '1' });
		const second = taps.act(t, { verb: 'bump', station: 'sides' });
		expect(asked).toHaveLength(1);
		expect(await Promise.all([first, bounced, second])).toEqual([true, false, true]);
		expect(asked.map((a) => a.url.split('/').slice(4).join('/'))).toEqual(['items/1/bump', 'bump']);
		expect(merged).toEqual([2, 3]);
	});

	it('undo right after a tap waits until the tap is answered', async () => {
		answers = [ok(2), ok(3)];
		const tap = taps.act(t, { verb: 'bump', station: 'make' });
		const undo = taps.undo();
		expect(await Promise.all([tap, undo])).toEqual([true, true]);
		expect(merged).toEqual([2, 3]);
	});

	it('undo takes back as many steps as the tap made', async () => {
		answers = [ok(2), ok(3), ok(4), ok(5)];
		await taps.act(t, { verb: 'start', item: '1' }, { verb: 'bump', item: '1' });
		await taps.undo();
		expect(asked.map((a) => a.url.split('/').slice(4).join('/'))).toEqual(['start', 'items/1/bump', 'recall', 'recall']);
		expect([asked[2]?.body['of'], asked[3]?.body['of']]).toEqual([asked[1]?.body['tap'], asked[0]?.body['tap']]); // and nobody else's
		expect(asked[0]?.body['item']).toBe('1');
	});

	it('a lost answer is asked for again under the same id', async () => {
		answers = [lost, ok(2)];
		expect(await taps.act(t, { verb: 'bump', station: 'make' })).toBe(true);
		expect(asked[0]?.body['tap']).toBe(asked[1]?.body['tap']);
		answers = [ok(3)];
		await taps.act(t, { verb: 'bump', station: 'oven' });
		expect(asked[2]?.body['tap']).not.toBe(asked[0]?.body['tap']);
	});

	it('a refusal is said in the words of the node, and the ticket is shown as it is', async () => {
		answers = [no({ code: 'illegal_step', title: 'Conflict', status: 409, detail: 'order 7 is Baking', ticket: { ...t, version: 9 } })];
		expect(await taps.act(t, { verb: 'bump', station: 'make' })).toBe(false);
		expect(taps.said).toMatchObject({ kind: 'refused', detail: 'order 7 is Baking', undo: false });
		expect(merged).toEqual([9]);
	});

	it('without the node nothing is sent, and that is said', async () => {
		reachable = false;
		expect(await taps.act(t, { verb: 'bump', station: 'make' })).toBe(false);
		expect([asked, taps.said?.kind]).toEqual([[], 'lost']);
		reachable = true;
		answers = [lost, lost];
		await taps.act(t, { verb: 'bump', station: 'make' });
		expect(taps.said).toMatchObject({ kind: 'lost', code: 'no_answer' });
	});

	it('a tap that is on its way for long says so, until it is answered or given up', async () => {
		let answer: (r: Response) => void = () => undefined;
		answers = [() => new Promise((yes) => (answer = yes))];
		const tap = taps.act(t, { verb: 'bump', station: 'make' });
		await vi.advanceTimersByTimeAsync(299);
		expect([taps.slow(t), taps.sending]).toEqual([false, undefined]);
		await vi.advanceTimersByTimeAsync(1);
		expect([taps.slow(t), taps.sending]).toEqual([true, 7]);
		answer(await ok(2)());
		expect(await tap).toBe(true);
		expect([taps.slow(t), taps.sending]).toEqual([false, undefined]);
	});

	it('a node that hangs is answered for after five seconds, with a word that promises nothing', async () => {
		const hangs = () => new Promise<Response>((_, no) => aborts.at(-1)?.addEventListener('abort', () => no(new Error('aborted'))));
		answers = [hangs, hangs];
		const tap = taps.act(t, { verb: 'bump', station: 'make' });
		await vi.advanceTimersByTimeAsync(5000);
		expect(await tap).toBe(false);
		expect([asked.length, taps.said?.code, taps.slow(t)]).toEqual([2, 'no_answer', false]);
		expect(asked[0]?.body['tap']).toBe(asked[1]?.body['tap']);
	});

	it('where recovered food was found is said once, and not offered back', async () => {
		answers = [lost, ok(2)];
		expect(await taps.act(t, { verb: 'confirm', state: 'quality_check' })).toBe(true);
		expect(asked.map((a) => a.url)).toEqual(['/api/tickets/order-7/confirm', '/api/tickets/order-7/confirm']);
		expect(asked[0]?.body).toMatchObject({ state: 'quality_check' });
		expect(asked[0]?.body['tap']).toBe(asked[1]?.body['tap']);
		expect(taps.said).toMatchObject({ kind: 'done', verb: 'confirm', undo: false });
	});

	it('what was handed over by mistake is offered back, for at the pass that is dearest', async () => {
		answers = [ok(2)];
		await taps.act(t, { verb: 'hand-over', station: 'pass' });
		expect(taps.said?.undo).toBe(true);
	});

	it('takes back one after the other, last first, whatever was started in between, and says when there is nothing more', async () => {
		answers = [ok(2), ok(3), ok(4), ok(5), ok(6)];
		const other = ticket(9, [item('1')]);
		await taps.act(t, { verb: 'bump', station: 'make' });
		await taps.act(other, { verb: 'bump', station: 'make' });
		await taps.act(other, { verb: 'start', station: 'make' });
		expect([await taps.recallLast(), await taps.recallLast()]).toEqual([true, true]);
		expect(asked.slice(-2).map((a) => a.url)).toEqual([`/api/tickets/${other.order_id}/recall`, `/api/tickets/${t.order_id}/recall`]);
		expect(await taps.recallLast()).toBe(false);
		expect(taps.said?.code).toBe('nothing_to_recall');
	});

	it('a recall that is lost can be asked for once more, under the same id', async () => {
		answers = [ok(2), lost, lost];
		await taps.act(t, { verb: 'bump', station: 'make' });
		expect(await taps.recallLast()).toBe(false);
		expect(taps.said).toMatchObject({ kind: 'lost', verb: 'recall' });
		reachable = false;
		expect(await taps.recallLast()).toBe(false);
		reachable = true;
		answers = [ok(3)];
		expect(await taps.recallLast()).toBe(true);
		expect(new Set(asked.slice(1).map((a) => a.body['tap'])).size).toBe(1);
		expect(await taps.recallLast()).toBe(false);
		expect(taps.said?.code).toBe('nothing_to_recall');
	});

	it('of a recall of two steps that is lost in the middle only the rest is asked for again', async () => {
		answers = [ok(2), ok(3), ok(4), lost, lost];
		await taps.act(t, { verb: 'start', item: '1' }, { verb: 'bump', item: '1' });
		expect(await taps.recallLast()).toBe(false);
		answers = [ok(5)];
		expect(await taps.recallLast()).toBe(true);
		expect(asked).toHaveLength(6);
		expect([asked[4]?.body['tap'], asked[5]?.body['tap']]).toEqual([asked[3]?.body['tap'], asked[3]?.body['tap']]);
	});

	it('what the node does not take back is in nobody’s way', async () => {
		answers = [ok(2), ok(3), no({ code: 'not_here', title: 'Conflict', status: 409 }), ok(4)];
		const other = ticket(9, [item('1')]);
		await taps.act(other, { verb: 'bump', station: 'make' });
		await taps.act(t, { verb: 'hand-over', station: 'pass' });
		expect([await taps.recallLast(), await taps.recallLast()]).toEqual([false, true]);
		expect(asked.at(-1)?.url).toBe(`/api/tickets/${other.order_id}/recall`);
	});

	it('when the second of two taps is refused the first can be taken back', async () => {
		answers = [ok(2), no({ code: 'illegal_step', title: 'Conflict', status: 409 }), ok(3)];
		expect(await taps.act(t, { verb: 'start', item: '1' }, { verb: 'bump', item: '1' })).toBe(false);
		expect(await taps.recallLast()).toBe(true);
		expect(asked.map((a) => a.url.split('/').at(-1))).toEqual(['start', 'bump', 'recall']);
	});

	it('two recalls in one moment take back one after the other, of one ticket one', async () => {
		answers = [ok(2), ok(2), ok(3), ok(3)];
		const other = ticket(9, [item('1')]);
		await taps.act(t, { verb: 'bump', station: 'make' });
		await taps.act(other, { verb: 'bump', station: 'make' });
		expect(await Promise.all([taps.recallLast(), taps.recallLast()])).toEqual([true, true]);
		answers = [ok(4), ok(5), ok(6), ok(7)];
		await taps.act(t, { verb: 'bump', station: 'make' });
		await taps.act(t, { verb: 'bump', station: 'oven' });
		expect(await Promise.all([taps.recallLast(), taps.recallLast()])).toEqual([true, false]); // a finger that bounced
		expect(await taps.recallLast()).toBe(true);
	});
});
