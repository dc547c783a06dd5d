import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { Chain } from '../../chain/chain.svelte.ts';
import { Staff } from '../../chain/staff.svelte.ts';
import Find from './Find.svelte';

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

async function look(text: string, answer: (url: string) => Response): Promise<void> {
	vi.stubGlobal('fetch', async (url: string) => Promise.resolve(answer(url)));
	const staff = new Staff();
	render(Find, { chain: new Chain(staff), staff });
	await fireEvent.input(screen.getByRole('searchbox'), { target: { value: text } });
	await fireEvent.click(screen.getByRole('button', { name: 'Find' }));
}

test('a search that failed says so, and not that there is no such order', async () => {
	await look('42', () => new Response(JSON.stringify({ code: 'timeout', title: '', detail: 'The database is away.', status: 503 }), { status: 503 }));
	expect((await screen.findByRole('alert')).textContent).toMatch(/could not be looked up. The database is away/);
	expect(screen.queryByText(/No order has/)).toBeNull();
	await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
	expect(screen.queryByRole('alert')).toBeNull();
});

test('of several orders with a number a day tells which', async () => {
	const orders = ['07-03', '07-02'].map((day, i) => ({ id: `o${i}`, restaurant_id: 'r1', status: 'Delivered', placed_at: `2026-${day}T18:00:00.000Z` }));
	await look('42', (url) => new Response(JSON.stringify(url.includes('day=2026-07-01') ? { orders: [], more: false } : { orders, more: true })));
	expect(await screen.findAllByRole('link')).toHaveLength(2);
	expect(screen.getByRole('status').textContent).toMatch(/There are more/);
	await fireEvent.change(screen.getByLabelText('Day'), { target: { value: '2026-07-01' } });
	expect((await screen.findByText(/on that day/)).textContent).toBe('No order had this number on that day.');
	expect((screen.getByLabelText('Day') as HTMLInputElement).value).toBe('2026-07-01');
});
