import { afterEach, expect, it, vi } from 'vitest';
import { Desk } from './desk.svelte.ts';
import { Quoter } from './quoter.svelte.ts';

interface Asked {
	url: string;
	body: Record<string, unknown>;
	key: string;
}

const nobody = { signed_in: false, pins: 'required', may: [] };

/** node answers requests one after the other; a string is a refusal with that code, undefined is no answer at all. */
function node(...answers: (object | string | undefined)[]): Asked[] {
	const asked: Asked[] = [];
	vi.stubGlobal('fetch', (url: string, init: RequestInit & { headers: Record<string, string> }) => {
		asked.push({ url, body: JSON.parse((init.body as string | undefined) ?? '{}') as Record<string, unknown>, key: init.headers['Idempotency-Key'] ?? '' });
		const answer = answers.shift();
		if (answer === undefined) return Promise.reject(new Error('cut'));
		const status = answer === 'sign_in_needed' || answer === 'wrong_pin' ? 401 : 403;
		const problem = typeof answer === 'string';
		return Promise.resolve(new Response(JSON.stringify(problem ? { code: answer, title: '', status, detail: answer } : answer), { status: problem ? status : 200 }));
	});
	return asked;
}

const asking = (desk: Desk) => vi.waitFor(() => desk.asked ?? Promise.reject(new Error('nothing is asked')));

afterEach(() => vi.unstubAllGlobals());

it('does what was asked for when somebody has signed in for it', async () => {
	const asked = node('sign_in_needed', nobody, { signed_in: true, name: 'Bob', pins: 'required', may: [] }, { done: 1 });
	const desk = new Desk('till');
	const done = desk.run(() => desk.send('/api/till/open', { float: 1 }), () => 'open');
	const pad = await asking(desk);
	expect(pad.ways).toEqual(['sign_in', 'word']);
	await pad.give('sign_in', '2222', '');
	expect(await done).toEqual({ done: 1 });
	expect([desk.note, desk.session?.name, desk.asked]).toEqual(['open', 'Bob', undefined]);
	expect(asked.map((a) => a.url)).toEqual(['/api/till/open', '/api/session', '/api/session', '/api/till/open']);
	expect(asked[3]?.key).toBe(asked[0]?.key);
});

it('asks again for a shift manager’s word while it is wrong, with the reason that was given', async () => {
	const asked = node('role_needed', nobody, 'wrong_pin', { done: 1 });
	const desk = new Desk('till');
	const done = desk.send('/api/orders/o1/refund', { reason: 'cold' });
	const pad = await asking(desk);
	expect([pad.ways[0], pad.reason]).toEqual(['word', 'cold']);
	await expect(pad.give('word', '1111', 'cold')).rejects.toMatchObject({ problem: { code: 'wrong_pin' } });
	expect(desk.asked).toBeDefined();
	await pad.give('word', '3333', 'cold');
	expect(await done).toEqual({ done: 1 });
	const sent = asked.filter((a) => a.url !== '/api/session');
	expect(sent.map((a) => a.body['override'])).toEqual([undefined, { pin: '1111', reason: 'cold' }, { pin: '3333', reason: 'cold' }]);
	expect(new Set(sent.map((a) => a.key)).size).toBe(1);
});

it('a word also goes with what has no body, like putting something back on the menu', async () => {
	const asked = node('role_needed', nobody, { done: 1 });
	const desk = new Desk('till');
	const done = desk.send('/api/86/product/napoli', undefined, { method: 'DELETE' });
	await (await asking(desk)).give('word', '4444', 'our mistake');
	expect(await done).toEqual({ done: 1 });
	expect(asked.at(-1)?.body).toEqual({ override: { pin: '4444', reason: 'our mistake' } });
});

it('what is only read takes somebody who signs in, and no word', async () => {
	node('sign_in_needed', nobody);
	const desk = new Desk('till');
	const done = desk.run(() => desk.read('/api/till'));
	expect((await asking(desk)).ways).toEqual(['sign_in']);
	desk.giveUp();
	expect(await done).toBeUndefined();
});

it('does nothing when whoever was asked thinks better of it', async () => {
	const asked = node('role_needed', nobody);
	const desk = new Desk('till');
	const done = desk.run(() => desk.send('/api/till/close', { counted: 1 }));
	await asking(desk);
	desk.giveUp();
	expect([await done, desk.trouble, desk.busy, asked.filter((a) => a.url !== '/api/session').length]).toEqual([undefined, '', false, 1]);
});

it('sends what got no answer again at once under the same key, and what was done under another', async () => {
	const asked = node(undefined, { done: 1 }, { done: 2 }, 'till_closed', { done: 3 });
	const desk = new Desk('till');
	const drop = () => desk.run(() => desk.send('/api/till/entries', { kind: 'drop', amount: 5 }));
	for (let i = 0; i < 4; i++) await drop();
	const keys = asked.map((a) => a.key);
	expect(keys[1]).toBe(keys[0]);
	expect(new Set(keys).size).toBe(4);
});

it('waits for what takes longer as long as it was told, and sends it once', async () => {
	vi.useFakeTimers();
	let asked = 0;
	vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
		asked++;
		return new Promise<Response>((answer, fail) => {
			const timer = setTimeout(() => answer(new Response('{"done":1}')), 7_000);
			init.signal?.addEventListener('abort', () => {
				clearTimeout(timer);
				fail(new Error('aborted'));
			});
		});
	});
	const desk = new Desk('till');
	const slow = desk.run(() => desk.send('/api/dispatch/orders/o1/assign', { driver_id: 'd1' }, { patience: 8_000 }));
	await vi.advanceTimersByTimeAsync(7_000);
	expect([await slow, asked]).toEqual([{ done: 1 }, 1]);
	const late = desk.run(() => desk.send('/api/dispatch/orders/o1/assign', { driver_id: 'd2' }, { patience: 3_000 }));
	await vi.advanceTimersByTimeAsync(3_000);
	expect([await late, asked]).toEqual([undefined, 2]);
	vi.useRealTimers();
});

it('forgets the quote of a basket that has changed, and says what is lacking', async () => {
	vi.useFakeTimers();
	const quote = { totals: { total: { minor: 5, currency: 'USD' } }, promise: {}, large: false };
	const asked = node(quote, quote, 'sold_out');
	const quoter = new Quoter();
	quoter.ask({ lines: [1] });
	quoter.ask({ lines: [2] });
	await vi.advanceTimersByTimeAsync(300);
	expect([quoter.quote?.totals.total.minor, asked.map((a) => a.body)]).toEqual([5, [{ lines: [2] }]]);
	quoter.again({ lines: [2] });
	expect(quoter.quote).toBeDefined();
	quoter.ask({ lines: [3] });
	expect(quoter.quote).toBeUndefined();
	await vi.advanceTimersByTimeAsync(300);
	expect(quoter.quote).toBeUndefined();
	quoter.ask(undefined);
	expect(quoter.lacks).toEqual([]);
	vi.useRealTimers();
});

it('a time that is over is said of the time, and nothing else is', async () => {
	vi.useFakeTimers();
	vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ code: 'invalid_order', path: 'fire_at', title: '', status: 422 }), { status: 422 })));
	const quoter = new Quoter();
	quoter.ask({ lines: [1], fire_at: 'yesterday' });
	await vi.advanceTimersByTimeAsync(300);
	expect([quoter.untimely, quoter.lacks.length, quoter.quote]).toEqual([true, 0, undefined]);
	quoter.ask(undefined);
	expect(quoter.untimely).toBe(false);
	vi.useRealTimers();
});

it('has the same key when an answer of the node’s own trouble hides whether it was done', async () => {
	const asked: string[] = [];
	vi.stubGlobal('fetch', (_: string, init: RequestInit & { headers: Record<string, string> }) => {
		asked.push(init.headers['Idempotency-Key'] ?? '');
		const status = [500, 409, 200][asked.length - 1] ?? 200;
		const body = status === 200 ? { done: 1 } : { code: 'trouble', title: '', status, detail: '' };
		return Promise.resolve(new Response(JSON.stringify(body), { status }));
	});
	const desk = new Desk('till');
	const pay = () => desk.send('/api/orders/o1/refund', { amount: 500 }).catch(() => undefined);
	await pay();
	await pay();
	await pay();
	expect(asked[1]).toBe(asked[0]); // it may have been done
	expect(asked[2]).not.toBe(asked[1]); // it was refused
});
