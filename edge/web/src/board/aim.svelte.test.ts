import { beforeEach, expect, it } from 'vitest';
import type { Ticket } from '@awesome/ui';
import type { Device } from '../device/device.svelte.ts';
import type { Chime } from '../device/sound.svelte.ts';
import type { Board } from './board.svelte.ts';
import { Screen } from './screen.svelte.ts';
import type { Tap, Taps } from './taps.svelte.ts';
import { item, ticket } from './testing.ts';

/** A board that others change under the hands of a cook at the sides. */
class Fake {
	tickets = $state.raw<Ticket[]>([]);
}

const at = (id: string, line: number, more = {}) => item(id, { line, name: id, size: 'regular', station: 'sides', ...more });
const order = (n: number, ...ids: string[]) => ticket(n, ids.map((id, line) => at(id, line)));

let board: Fake;
let acted: { ticket: number; taps: Tap[] }[];
let missed: number;
let screen: Screen;
let now: number;

/** without takes lines off a ticket, as when somebody has done them. */
const without = (n: number, ...ids: string[]) => (board.tickets = board.tickets.map((t) => (t.number === n ? { ...t, items: t.items.filter((i) => !ids.includes(i.id)) } : t)));
const marked = () => acted.map((a) => `${a.ticket} ${a.taps.at(-1)?.item ?? a.taps.at(-1)?.verb}`);

beforeEach(() => {
	board = new Fake();
	board.tickets = [order(1, 'salad', 'cola', 'cake', 'tart'), order(2, 'soup')];
	acted = [];
	missed = 0;
	now = performance.now();
	const taps = { act: (t: Ticket, ...with_: Tap[]) => Promise.resolve(acted.push({ ticket: t.number, taps: with_ })), missed: () => missed++ } as unknown as Taps;
	screen = new Screen(board as unknown as Board, taps, { view: 'sides' } as Device, {} as Chime);
	screen.look(now);
});

it('a ticket that comes to lie where another lay is not bumped by a key that was meant for that', () => {
	board.tickets = board.tickets.slice(1); // another screen bumped it
	screen.byKey('bump', now + 1000);
	expect([acted, missed]).toEqual([[], 1]);
	screen.byKey('bump', now + 1399);
	expect([acted, missed]).toEqual([[], 2]);
	screen.byKey('bump', now + 1400);
	expect([marked(), missed]).toEqual([['2 bump'], 2]);
});

it('nor is a line marked that has just come to be the first, while its ticket can be bumped all the same', () => {
	without(1, 'salad');
	screen.look(now + 1000);
	screen.byKey('item', now + 1100);
	expect([acted, missed]).toEqual([[], 1]);
	screen.byKey('bump', now + 1100);
	expect(marked()).toEqual(['1 bump']);
});

it('a line that somebody else has done is not followed by another before a hand can see which', () => {
	screen.pick(0);
	screen.move('down');
	screen.move('down');
	without(1, 'cola');
	screen.look(now + 1000);
	screen.byKey('item', now + 60_000);
	expect([acted, missed]).toEqual([[], 1]);
	expect(screen.chosen(board.tickets[0] as Ticket)).toBe('2');
	screen.byKey('item', now + 60_399);
	expect([acted, missed]).toEqual([[], 2]);
	screen.byKey('item', now + 60_400);
	expect(marked()).toEqual(['1 cake']);
});

it('who marks one after the other need not wait, and what others do meanwhile is not taken for it', () => {
	screen.pick(0);
	screen.move('down');
	now = performance.now();
	screen.byKey('item', now);
	without(1, 'salad');
	screen.look(now + 50);
	expect(screen.chosen(board.tickets[0] as Ticket)).toBe('1');
	screen.byKey('item', now + 60);
	expect([marked(), missed]).toEqual([['1 salad', '1 cola'], 0]);
	without(1, 'salad', 'cola');
	screen.look(now + 100);
	without(1, 'salad', 'cola', 'cake');
	screen.look(now + 110);
	screen.byKey('item', now + 120);
	expect([marked(), missed]).toEqual([['1 salad', '1 cola'], 1]);
});

it('says which line it is at, and of how many', () => {
	screen.pick(0);
	expect(screen.spoken).toBe('Order 1');
	screen.move('down');
	expect(screen.spoken).toBe('Order 1, line 1 of 4: 1× salad');
	screen.pick(8);
	expect(screen.spoken).toBe('');
});
