import { expect, it } from 'vitest';
import { height, parts, type Room } from './cut.ts';
import { rows, type Row } from './rows.ts';
import { item } from './testing.ts';

const room: Room = { inner: 340, high: 212 + 270, banners: 0, edge: 0, small: false, aside: 48 };
const many = rows(Array.from({ length: 9 }, (_, i) => item(String(i), { line: i })));
const without = (n: number) => Array.from({ length: n }, (_, i) => ({ topping: `t${i}`, name: `Topping ${i}`, amount: 'none' as const }));
const said = (all: Row[]) => all.flatMap((r) => [...r.left, ...r.right, ...r.changes].map((c) => c.topping).concat(r.notes, r.contains || []));

it('cuts a ticket where a column is full, loses no row, and never makes more parts than there are columns', () => {
	const cut = parts(many, room, 10);
	expect(cut.length).toBeGreaterThan(2);
	expect(cut.flatMap((p) => p.rows)).toEqual(many);
	expect(cut.map((p) => p.index)).toEqual(cut.map((_, i) => i));
	const few = parts(many, room, 2);
	expect(few).toHaveLength(2);
	expect(few.flatMap((p) => p.rows)).toEqual(many);
});

it('a row that is taller than a column goes on in the next one, and says again whose it is; no change and no note is lost', () => {
	const one = rows([item('1', { toppings: without(9), note: 'ring twice', allergens: ['milk'] })], true);
	const cut = parts(one, room, 10);
	expect(cut.length).toBeGreaterThan(1);
	expect(said(cut.flatMap((p) => p.rows))).toEqual(said(one));
	expect(cut.flatMap((p) => p.rows).map((r) => [r.name, r.again ?? false])).toEqual(cut.map((_, i) => ['Margherita', i > 0]));
	for (const [i, p] of cut.entries()) {
		expect(p.rows.reduce((sum, r) => sum + height(r, room), 0), `part ${i}`).toBeLessThanOrEqual(270 + 64 + 12);
		expect(p.high).toBeLessThanOrEqual(room.high);
	}
});

it('what a pizza is made of makes its row higher, and who it could harm is said again where it goes on', () => {
	const [plain] = rows([item('1')]);
	const one = rows([item('1', { crust_name: 'Stuffed', sauce_name: 'Barbecue', cut_name: 'Squares', avoid: ['nuts'], toppings: without(9) })]);
	const [chosen] = rows([item('1', { crust_name: 'Stuffed', sauce_name: 'Barbecue', cut_name: 'Squares', avoid: ['nuts'] })]);
	expect(height(chosen as Row, room)).toBeGreaterThan(height(plain as Row, room) + 100);
	const torn = parts(one, room, 10).flatMap((p) => p.rows);
	expect(torn.length).toBeGreaterThan(1);
	expect(torn.map((r) => [r.base.length, r.avoid])).toEqual(torn.map((_, i) => [i === 0 ? 2 : 0, 'nuts']));
	expect(said(torn)).toEqual(said(one));
});

it('halves keep their sides where they are torn', () => {
	const left = without(6).map((t) => ({ ...t, placement: 'left' as const }));
	const right = without(5).map((t) => ({ ...t, topping: `r${t.topping}`, placement: 'right' as const }));
	const one = rows([item('1', { half: 'hawaii', half_name: 'Hawaii', name: 'Margherita / Hawaii', toppings: [...left, ...right] })]);
	const all = parts(one, room, 10).flatMap((p) => p.rows);
	expect(all.length).toBeGreaterThan(1);
	expect(all.flatMap((r) => r.left.map((c) => c.topping))).toEqual(left.map((c) => c.topping));
	expect(all.flatMap((r) => r.right.map((c) => c.topping))).toEqual(right.map((c) => c.topping));
	expect(new Set(all.map((r) => r.half))).toEqual(new Set(['Hawaii']));
});

it('a card is as high as what it says', () => {
	const [one] = parts(many.slice(0, 1), room, 4);
	const [two] = parts(many.slice(0, 2), room, 4);
	expect((two?.high ?? 0) - (one?.high ?? 0)).toBe(height(many[1] as Row, room));
	expect(parts(many.slice(0, 1), { ...room, banners: 44 }, 4)[0]?.high).toBe((one?.high ?? 0) + 44);
});

it('what stands above the first rows takes room from them alone', () => {
	const calm = parts(many.slice(0, 5), room, 10);
	const loud = parts(many.slice(0, 5), { ...room, banners: 300 }, 10);
	expect(loud[0]?.rows).toEqual([]);
	expect(loud.length).toBeLessThanOrEqual(calm.length + 1);
	expect(loud.flatMap((p) => p.rows)).toEqual(many.slice(0, 5));
});

it('a column that is too low for anything still shows it, and ends', () => {
	const one = rows([item('1', { toppings: without(3) })]);
	const cut = parts(one, { ...room, high: 10 }, 10);
	expect(said(cut.flatMap((p) => p.rows))).toEqual(said(one));
});
