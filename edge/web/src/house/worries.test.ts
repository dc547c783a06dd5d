import type { Alert, Printer, Ticket } from '@awesome/ui';
import { expect, it } from 'vitest';
import { calledBy, fetched, told, worries } from './worries.ts';

const at = (minute: number) => `2026-07-04T19:${String(minute).padStart(2, '0')}:00.000Z`;
const alert = (what: string, level: Alert['level'], minute: number, more: Partial<Alert> = {}): Alert => ({ id: `${what} ${minute}`, device: 'd', what, level, since: at(minute), ...more });
const ticket = (number: number, more: Partial<Ticket> = {}) => ({ order_id: `o${number}`, number, state: 'ready', fulfilment: 'carryout', since: at(number), ...more }) as Ticket;
const printer = (more: Partial<Printer>): Printer => ({
	id: 'p1', name: 'Kitchen', address: '', state: 'ready', paper_low: false, since: at(1), queue: 0, on_backup: false, jobs: [], stations: [], ...more,
});
const nobody = { tickets: [], printers: [], screens: new Map<string, string>() };

it('alike alerts are one worry with the numbers of its orders, the worst first', () => {
	const alerts = [
		alert('stuck_order', 'warning', 9, { order_id: 'o4' }), alert('stuck_order', 'warning', 3, { order_id: 'o7' }), alert('low_stock', 'info', 1, { device: 'stock/basil' }),
		alert('not_shown', 'critical', 30, { order_id: 'o4' }),
	];
	const found = worries(alerts, { ...nobody, tickets: [ticket(4), ticket(7)] });
	expect(found.map((w) => [w.what, w.level, w.who, w.since])).toEqual([
		['not_shown', 'critical', ['4'], at(30)], ['stuck_order', 'warning', ['4', '7'], at(3)], ['low_stock', 'info', ['basil'], at(1)],
	]);
	expect(found.map((w) => w.text)).toEqual(['is on no screen', 'have not moved for long', 'is running low']);
});

it('an order whose paper never came out is named beside the printer that is ill', () => {
	const found = worries([alert('not_printed', 'critical', 5, { order_id: 'o4', device: 'p1' })], { ...nobody, tickets: [ticket(4)], printers: [printer({ id: 'p1', state: 'offline' })] });
	expect(found).toContainEqual(expect.objectContaining({ what: 'not_printed', level: 'critical', who: ['4'] }));
	expect(found).toHaveLength(2);
});

it('sixty alerts of a kind are one line on the glass', () => {
	const found = worries(Array.from({ length: 60 }, (_, n) => alert('not_shown', 'critical', 0, { order_id: `o${n}` })), { ...nobody, tickets: Array.from({ length: 60 }, (_, n) => ticket(n)) });
	expect([found.length, found[0]?.who.length, told(found[0]?.who ?? [], 3)]).toEqual([1, 60, '0 · 1 · 2 +57']);
});

it('a printer is called by its name, once, with where its papers go meanwhile', () => {
	const alerts = [alert('printer_offline', 'warning', 2, { device: 'printer/p1' })];
	const backup = printer({ id: 'p2', name: 'Bar' });
	expect(worries(alerts, { ...nobody, printers: [printer({ state: 'offline' }), backup] })).toMatchObject([{ who: ['Kitchen'], level: 'warning', text: 'does not answer' }]);
	expect(worries(alerts, { ...nobody, printers: [printer({ state: 'offline', on_backup: true, backup: 'p2' }), backup] })).toMatchObject([{ level: 'info', text: 'does not answer · prints at Bar' }]);
	expect(worries([], { ...nobody, printers: [printer({}), backup] })).toEqual([]);
});

it('a screen that is gone has the name somebody gave it, else the beginning of its id; what nobody has words for is said as it is', () => {
	const alerts = [alert('screen_lost', 'warning', 1, { device: 'abcdef' }), alert('screen_lost', 'critical', 2, { device: 'make-1' }), alert('odd_thing', 'info', 3, { device: 'x' })];
	expect(worries(alerts, { ...nobody, screens: new Map([['make-1', 'Make line']]) }).map((w) => [w.level, w.text, w.who])).toEqual([
		['critical', 'screens are gone', ['abcd', 'Make line']], ['info', 'odd thing', ['x']],
	]);
});

it('a screen that nobody named is called by what it shows, so that it can be found', () => {
	expect(calledBy({ id: '2830abcd', name: 'Make line', station: 'make' })).toBe('Make line');
	expect(calledBy({ id: '2830abcd', name: '', station: 'make' })).toMatch(/Make.*2830/);
	expect(calledBy({ id: '2830abcd', name: '', station: 'unheard of' })).toBe('');
});

it('the full disk has its own strip and is not told twice', () => expect(worries([alert('disk_full', 'critical', 1)], nobody)).toEqual([]));

it('to be fetched is what is ready, not what a driver takes or what was voided, the oldest first', () => {
	const all = [ticket(9), ticket(2), ticket(3, { fulfilment: 'delivery' }), ticket(4, { voided: true }), ticket(5, { state: 'baking' })];
	expect(fetched(all).map((t) => t.number)).toEqual([2, 9]);
	expect([told(['1', '2'], 4), told([], 3)]).toEqual(['1 · 2', '']);
});
