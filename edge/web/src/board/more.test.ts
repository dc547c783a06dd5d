import type { Ticket } from '@awesome/ui';
import { cleanup, fireEvent, render, screen as page } from '@testing-library/svelte';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { words } from '../words/words.ts';
import MorePanel from './MorePanel.svelte';

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
});

it('where a PIN is asked for anyway, nothing else is', async () => {
	const done = opened({ pins: 'required', may: [] });
	await touch(why);
	expect(done).toEqual([{ verb: 'void', reason: why }]);
});
