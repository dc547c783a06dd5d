import type { Ticket } from '@awesome/ui';
import { cleanup, fireEvent, render, screen as page } from '@testing-library/svelte';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { words } from '../words/words.ts';
import { asked, contains, redone } from './more.ts';
import MorePanel from './MorePanel.svelte';
import { item, ticket as made } from './testing.ts';

beforeAll(() => {
	HTMLDialogElement.prototype.showModal = function () {
		this.open = true;
	};
	HTMLDialogElement.prototype.close = function () {
		this.open = false;
	};
});

afterEach(cleanup);

const ticket = {
	order_id: 'o1', number: 12, status: 'Queued', state: 'queued', fulfilment: 'carryout', channel: 'counter', since: '2026-07-04T19:00:00Z',
	promise: { from: '2026-07-04T19:10:00Z', to: '2026-07-04T19:20:00Z' }, total: { minor: 1499, currency: 'USD' }, delivery: { state: 'none' }, items: [],
} as unknown as Ticket;

/** opened is the panel of a ticket at a screen where this session is; it returns what was done there. */
function opened(session: { pins: 'required' | 'optional'; may: string[] } | undefined): unknown[] {
	const done: unknown[] = [];
	const taps = { act: (_: Ticket, what: unknown) => done.push(what) };
	render(MorePanel, { screen: { taps } as never, shift: { board: { printers: [], soldOut: { products: [], toppings: [], ingredients: [] } }, desk: { session } } as never, ticket, onclose: vi.fn() });
	return done;
}

const touch = (name: string) => fireEvent.click(page.getByRole('button', { name }));
const why = words.voidReasons[0] ?? '';

it('one touch voids nothing for good where no PIN stands before it, and who thinks better of it leaves it', async () => {
	for (const session of [undefined, { pins: 'optional' as const, may: [] }, { pins: 'required' as const, may: ['void'] }]) {
		cleanup();
		const done = opened(session);
		await touch(why);
		expect(done).toEqual([]);
		await touch(words.voidNot);
		await touch(why);
		expect(done).toEqual([]);
		await touch(words.voidDo(12));
		expect(done).toEqual([{ verb: 'void', reason: why }]);
	}
}, 30_000); // it looks for buttons by their names, many times

it('where a PIN is asked for anyway, nothing else is', async () => {
	const done = opened({ pins: 'required', may: [] });
	await touch(why);
	expect(done).toEqual([{ verb: 'void', reason: why }]);
});

it('what is off is said of a ticket that has it: as a product, as the other half, as a topping', () => {
	const t = made(1, [item('1', { product: 'napoli', half: 'diavola' }), item('2', { toppings: [{ topping: 'olives', name: 'Olives' }] as never })]);
	const off = (kind: string, id: string) => contains(t, { kind, id });
	expect([off('product', 'napoli'), off('product', 'diavola'), off('product', 'margherita'), off('topping', 'olives')]).toEqual([true, true, true, true]);
	expect([off('product', 'olives'), off('topping', 'napoli'), off('ingredient', 'olives'), off('topping', 'undefined'), off('product', 'undefined')]).toEqual([false, false, false, false, false]);
});

it('only what somebody has begun is made again, and a void is asked about unless a PIN is', () => {
	expect(redone(made(1, [item('1'), item('2', { state: 'making' })])).map((i) => i.id)).toEqual(['2']);
	const asks = [asked(undefined), asked({ pins: 'optional', may: [] }), asked({ pins: 'required', may: ['void'] }), asked({ pins: 'required', may: ['pay'] })];
	expect(asks).toEqual([true, true, true, false]);
});
