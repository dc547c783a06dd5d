import { render, screen as page, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { Device } from '../device/device.svelte.ts';
import { Chime } from '../device/sound.svelte.ts';
import { Board } from './board.svelte.ts';
import { rows } from './rows.ts';
import { Screen } from './screen.svelte.ts';
import { Taps } from './taps.svelte.ts';
import { item, ticket } from './testing.ts';
import TicketCard from './TicketCard.svelte';

const seat = { id: 'order-7', part: 0, page: 0, column: 0, top: 0, high: 10, key: 0 };

it('a ticket that would wait for its guest says when to start, then that it is time', async () => {
	const board = new Board({ onTime: () => undefined, onPages: () => undefined });
	const screen = new Screen(board, new Taps(() => undefined, () => true), new Device(), new Chime());
	const fire = new Date(2026, 6, 3, 19, 42);
	const items = [item('1')];
	const later = ticket(7, items, { fire_at: fire.toISOString() });
	const card = { ticket: later, part: { rows: rows(items), index: 0, of: 1, high: 300 }, seat };
	const shown = render(TicketCard, { card, screen, now: fire.getTime() - 60_000, stale: false });
	expect(page.getByText(/Start at (19:42|7:42 PM)/)).toBeTruthy();
	expect(page.getByRole('article').classList.contains('held')).toBe(true);
	await shown.rerender({ now: fire.getTime() });
	expect(page.getByText('Start now')).toBeTruthy();
	await shown.rerender({ card: { ...card, ticket: { ...later, state: 'preparing' } } });
	expect(page.queryByText('Start now')).toBeNull();
});

it('a scheduled ticket says for when it is wanted, where others say by when they are promised', () => {
	const board = new Board({ onTime: () => undefined, onPages: () => undefined });
	const screen = new Screen(board, new Taps(() => undefined, () => true), new Device(), new Chime());
	const items = [item('1')];
	const wanted = ticket(8, items, { wanted_at: new Date(2026, 6, 3, 19, 30).toISOString() });
	const shown = within(render(TicketCard, { card: { ticket: wanted, part: { rows: rows(items), index: 0, of: 1, high: 300 }, seat }, screen, now: Date.now(), stale: false }).container);
	expect(shown.getByText(/for (19:30|7:30 PM)/)).toBeTruthy();
	expect(shown.queryByText(/^by /)).toBeNull();
});
