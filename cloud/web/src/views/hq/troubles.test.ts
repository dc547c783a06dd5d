import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { alert, aside, cloud } from '../../chain/care.testing.ts';
import { noTrouble } from '../../chain/care.ts';
import { Staff } from '../../chain/staff.svelte.ts';
import Troubles from './Troubles.svelte';

afterEach(() => vi.unstubAllGlobals());

test('nothing is shown where nothing needs a person', () => {
	cloud({});
	render(Troubles, { id: 'r1', trouble: noTrouble, staff: new Staff(), changed: () => undefined });
	expect(screen.queryByRole('heading')).toBeNull();
});

test('facts count only after a second press', async () => {
	const asked = cloud({
		'GET /api/fleet/r1/quarantine': { items: [aside('UOLD')] },
		'POST /api/fleet/r1/quarantine/UOLD/approve': { projected: 2, repeated: 1, unprojectable: 0 },
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
