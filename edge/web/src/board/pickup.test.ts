import { expect, it } from 'vitest';
import { firstName, most, pickup } from './pickup.ts';
import { ticket } from './testing.ts';

const at = (s: number) => new Date(Date.parse('2026-07-03T18:00:00Z') + s * 1000).toISOString();

it('shows what bakes and what is ready, the last one ready first, and nothing that is delivered or only queued', () => {
	const board = pickup([
		ticket(1, [], { state: 'queued' }),
		ticket(2, [], { state: 'baking', since: at(20) }),
		ticket(3, [], { state: 'quality_check', since: at(10) }),
		ticket(4, [], { state: 'ready', since: at(5) }),
		ticket(5, [], { state: 'ready', since: at(9) }),
		ticket(6, [], { state: 'ready', fulfilment: 'delivery' }),
		ticket(7, [], { state: 'handed_over' }),
		ticket(8, [], { state: 'ready', recovered: true }),
		ticket(0, [], { state: 'baking' }),
	]);
	expect([board.almost.map((c) => c.number), board.ready.map((c) => c.number), board.more]).toEqual([[3, 2], [5, 4], { almost: 0, ready: 0 }]);
});

it('has no more than sixteen of each, and says how many more there are', () => {
	const many = Array.from({ length: most + 3 }, (_, n) => ticket(n + 1, [], { state: 'ready', since: at(n) }));
	const board = pickup(many);
	expect([board.ready.length, board.ready[0]?.number, board.more.ready]).toEqual([most, most + 3, 3]);
});

it('tells a first name and nothing else of whoever waits', () => {
	expect(['Ada Lovelace', 'Jean-Luc', "D'Angelo", 'Table 7', '+39 055 123', '', 'ring twice at the back door please', 'Ada 055123'].map(firstName)).toEqual([
		'Ada', 'Jean-Luc', "D'Angelo", '', '', '', '', '',
	]);
});
