import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { alert, aside, cloud, gone } from '../../chain/care.testing.ts';
import { noTrouble } from '../../chain/care.ts';
import { Staff } from '../../chain/staff.svelte.ts';
import Troubles from './Troubles.svelte';

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

test('nothing is shown where nothing needs a person', () => {
	cloud({});
	render(Troubles, { id: 'r1', trouble: noTrouble, staff: new Staff(), changed: () => undefined });
	expect(screen.queryByRole('heading')).toBeNull();
});

test('facts count only after a second press', async () => {
	const asked = cloud({
		'GET /api/fleet/r1/quarantine': { items: [aside('UOLD')], devices: [gone('UOLD', { all_here_since: '2026-07-03T18:05:00.000Z' })] },
		'POST /api/fleet/r1/quarantine/UOLD/approve': { projected: 2, repeated: 1, unprojectable: 0, brought: 0, waiting: 0 },
	});
	const changed = vi.fn();
	render(Troubles, { id: 'r1', trouble: { ...noTrouble, alerts: [alert], quarantine: 1 }, staff: new Staff(), changed });
	expect(screen.getByText('The cloud could not follow an event')).toBeTruthy();
	await fireEvent.click(await screen.findByRole('button', { name: 'Judge' }));
	expect(asked.some((a) => a.startsWith('POST'))).toBe(false);
	await fireEvent.click(screen.getByRole('button', { name: 'Let it count' }));
	await vi.waitFor(() => expect(screen.getByText('2 count now, 1 did already.')).toBeTruthy());
	expect(changed).toHaveBeenCalledOnce();
});

test('orders of a box that may never say that this was all are brought by a person who was told so', async () => {
	const asked = cloud({
		'GET /api/fleet/r1/quarantine': { items: [], devices: [gone('UDEAD', { waiting: ['o1', 'o2'] })] },
		'POST /api/fleet/r1/quarantine/UDEAD/approve': { projected: 0, repeated: 0, unprojectable: 0, brought: 2, waiting: 0 },
	});
	render(Troubles, { id: 'r1', trouble: { ...noTrouble, quarantine: 2 }, staff: new Staff(), changed: () => undefined });
	expect(await screen.findByText(/2 open orders wait/)).toBeTruthy();
	expect(screen.getByText(/still coming/)).toBeTruthy();
	await fireEvent.click(screen.getByRole('button', { name: 'Judge' }));
	expect(screen.getByText(/may still say that they were handed over/)).toBeTruthy();
	await fireEvent.click(screen.getByRole('button', { name: 'Bring them anyway' }));
	await vi.waitFor(() => expect(screen.getByText(/2 open orders go to the restaurant’s node/)).toBeTruthy());
	expect(asked.filter((a) => a.startsWith('POST'))).toHaveLength(1);
});
