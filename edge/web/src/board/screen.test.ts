import { beforeEach, expect, it } from 'vitest';
import type { Device } from '../device/device.svelte.ts';
import type { Chime } from '../device/sound.svelte.ts';
import type { Board } from './board.svelte.ts';
import { Screen } from './screen.svelte.ts';
import type { Tap, Taps } from './taps.svelte.ts';
import { item, ticket } from './testing.ts';

let acted: Tap[][];
let screen: Screen;

beforeEach(() => {
	acted = [];
	const taps = { act: (_: unknown, ...t: Tap[]) => Promise.resolve(acted.push(t)) } as unknown as Taps;
	screen = new Screen({ tickets: [] } as unknown as Board, taps, { view: 'all' } as Device, {} as Chime);
});

const lost = ticket(7, [item('1', { state: 'in_oven', station: 'oven' })], { recovered: true, state: 'baking' });

it('nothing moves a recovered ticket on before somebody has said where it is', () => {
	screen.press(lost);
	screen.bump(lost);
	screen.item(lost, '1');
	screen.start(lost);
	expect(acted).toEqual([[{ verb: 'confirm', state: undefined }], [{ verb: 'confirm', state: undefined }], [{ verb: 'confirm', state: undefined }]]);
});

it('a recovered ticket can be elsewhere', () => {
	screen.confirm(lost, 'handed_over');
	expect(acted).toEqual([[{ verb: 'confirm', state: 'handed_over' }]]);
});

it('once confirmed, it moves on as any other', () => {
	screen.press({ ...lost, recovered: false });
	expect(acted).toEqual([[{ verb: 'bump', station: 'oven' }]]);
});

it('what shouts is noted before a hand moves it on, and what is held is taken up first', () => {
	const rushed = ticket(8, [item('1')], { notices: [{ id: '1', kind: 'rush', at: '' }] });
	screen.bump(rushed);
	screen.press({ ...rushed, notices: [], hold: { at: '' } });
	screen.start({ ...rushed, notices: [], hold: { at: '' } });
	screen.hold({ ...rushed, notices: [] });
	expect(acted).toEqual([[{ verb: 'acknowledge', notice: undefined }], [{ verb: 'release' }], [{ verb: 'hold' }]]);
});
