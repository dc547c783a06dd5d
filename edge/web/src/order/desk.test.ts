import { afterEach, expect, it, vi } from 'vitest';
import { Desk } from './desk.svelte.ts';
import { Quoter } from './quoter.svelte.ts';

interface Asked {
	url: string;
	body: Record<string, unknown>;
	key: string;
}

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

const asking = (desk: Desk) => vi.waitFor(() => desk.question ?? Promise.reject(new Error('nothing is asked')));

afterEach(() => vi.unstubAllGlobals());

it('does what was asked for when somebody has signed in for it', async () => {
	const asked = node('sign_in_needed', { signed_in: true, name: 'Bob', pins: 'required', may: [] }, { done: 1 });
	const desk = new Desk('till');
	const done = desk.run(() => desk.send('/api/till/open', { float: 1 }), () => 'open');
	const question = await asking(desk);
	expect(question.kind).toBe('sign_in');
	await desk.signIn('2222');
	question.answer('signed in');
	expect(await done).toEqual({ done: 1 });
	expect([desk.note, desk.session?.name, desk.question]).toEqual(['open', 'Bob', undefined]);
	expect(asked.map((a) => a.url)).toEqual(['/api/till/open', '/api/session', '/api/till/open']);
	expect(asked[2]?.key).toBe(asked[0]?.key);
});

it('asks again for a shift manager’s word while it is wrong, with the reason that was given', async () => {
	const asked = node('role_needed', 'wrong_pin', { done: 1 });
	const desk = new Desk('till');
	const done = desk.send('/api/orders/o1/refund', { reason: 'cold' });
	const first = await asking(desk);
	expect([first.kind, first.wrong, first.reason]).toEqual(['override', '', 'cold']);
	first.answer({ pin: '1', reason: 'cold food' });
	await vi.waitFor(() => expect(desk.question?.wrong).toBe('wrong_pin'));
	expect([desk.question?.why, desk.question?.reason]).toEqual(['role_needed', 'cold food']);
	desk.question?.answer({ pin: '3333', reason: 'cold food' });
	expect(await done).toEqual({ done: 1 });
	expect(asked.map((a) => a.body['override'])).toEqual([undefined, { pin: '1', reason: 'cold food' }, { pin: '3333', reason: 'cold food' }]);
});

it('does nothing when whoever was asked thinks better of it', async () => {
	const asked = node('role_needed');
	const desk = new Desk('till');
	const done = desk.run(() => desk.send('/api/till/close', { counted: 1 }));
	(await asking(desk)).answer(undefined);
	expect([await done, desk.trouble, desk.busy, asked.length]).toEqual([undefined, '', false, 1]);
});

it('sends what got no answer again under the same key, and what was done under another', async () => {
	const asked = node(undefined, { done: 1 }, { done: 2 }, 'till_closed', { done: 3 });
	const desk = new Desk('till');
	const drop = () => desk.run(() => desk.send('/api/till/entries', { kind: 'drop', amount: 5 }));
	for (let i = 0; i < 5; i++) await drop();
	const keys = asked.map((a) => a.key);
	expect(keys[1]).toBe(keys[0]);
	expect(new Set(keys).size).toBe(4);
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
