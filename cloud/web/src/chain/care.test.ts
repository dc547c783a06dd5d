import { afterEach, expect, test, vi } from 'vitest';
import { Care } from './care.svelte.ts';
import { byDevice, expiring, noTrouble, type Trouble } from './care.ts';
import { alert, aside, cloud, gone } from './care.testing.ts';
import { Chain } from './chain.svelte.ts';
import { Staff } from './staff.svelte.ts';

const trouble = (more: Partial<Trouble> = {}): Trouble => ({ ...noTrouble, ...more });

afterEach(() => vi.unstubAllGlobals());

test('a person judges a device, whatever it has sent in several lives', () => {
	const all = byDevice([aside('a', { orders: ['o1', 'o2'] }), aside('b'), aside('a', { events: 4, orders: ['o2', 'o3'] })]);
	expect(all.map((x) => [x.device, x.events, x.orders])).toEqual([['a', 7, ['o1', 'o2', 'o3']], ['b', 3, ['o1']]]);
});

test('a device is judged also when only its orders are left', () => {
	const since = '2026-07-03T18:05:00.000Z';
	const all = byDevice([aside('a')], [gone('a', { all_here_since: since }), gone('dead', { waiting: ['o7'] })]);
	expect(all.map((x) => [x.device, x.events, x.all_here_since, x.waiting])).toEqual([['a', 3, since, []], ['dead', 0, null, ['o7']]]);
});

test('a credential that a node should have renewed long ago is said to be', () => {
	const now = Date.parse('2026-07-03T18:00:00.000Z');
	expect(expiring(trouble(), now)).toBe(false);
	expect(expiring(trouble({ credential_expires: '2026-09-01T00:00:00.000Z' }), now)).toBe(false);
	expect(expiring(trouble({ credential_expires: '2026-07-20T00:00:00.000Z' }), now)).toBe(true);
});

test('what needs a person is read with the fleet', async () => {
	cloud({ 'GET /api/fleet': { nodes: [{ restaurant_id: 'r1', link: { state: 'up' }, node: { backlog: 0 }, alerts: [alert], quarantine: 2, credential_expires: null }] } });
	const c = new Chain(new Staff());
	await c.look();
	expect(c.trouble('r1')).toMatchObject({ quarantine: 2, alerts: [{ id: 'event/1/2' }] });
	expect(c.trouble('r9')).toBe(noTrouble);
});

test('a deed is done once, told, and looked at again', async () => {
	const asked = cloud({
		'GET /api/fleet/r1/quarantine': { items: [aside('UOLD')], devices: [gone('UOLD')] },
		'POST /api/fleet/r1/quarantine/UOLD/approve': { projected: 2, repeated: 1, unprojectable: 0, brought: 1, waiting: 0 },
		'POST /api/fleet/r1/alerts/event%2F1%2F2/clear': null,
	});
	const care = new Care('r1', new Staff());
	await care.approve('UOLD');
	expect(care.outcome).toEqual({ projected: 2, repeated: 1, unprojectable: 0, brought: 1, waiting: 0 });
	expect(care.aside).toHaveLength(1);
	await care.clear('event/1/2');
	expect([care.outcome, care.refusal]).toEqual([undefined, '']);
	await care.discard('UGONE');
	expect(care.refusal).toContain('somebody was faster');
	expect(asked.filter((a) => a.startsWith('POST'))).toEqual([
		'POST /api/fleet/r1/quarantine/UOLD/approve', 'POST /api/fleet/r1/alerts/event%2F1%2F2/clear', 'POST /api/fleet/r1/quarantine/UGONE/discard',
	]);
});
