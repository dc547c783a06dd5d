import type { Status } from '@awesome/ui';
import { expect, test } from 'vitest';
import { again, cancellable, stagesOf } from './stages.ts';

const line = (...all: Status[]) => all.map((status, i) => ({ status, at: `2026-07-03T18:0${i % 10}:00.000Z`, by: '', version: i + 1 }));
const drawn = (how: 'delivery' | 'carryout', ...all: Status[]) => stagesOf(how, line(...all)).map((s) => `${s.stage}:${s.state}`).join(' ');

test.each<[Status, string]>([
	['Created', 'placed:now make:ahead bake:ahead check:ahead out:ahead delivered:ahead'],
	['Queued', 'placed:now make:ahead bake:ahead check:ahead out:ahead delivered:ahead'],
	['Preparing', 'placed:done make:now bake:ahead check:ahead out:ahead delivered:ahead'],
	['Baking', 'placed:done make:done bake:now check:ahead out:ahead delivered:ahead'],
	['QualityCheck', 'placed:done make:done bake:done check:now out:ahead delivered:ahead'],
	['DriverAssigned', 'placed:done make:done bake:done check:now out:ahead delivered:ahead'],
	['PickedUp', 'placed:done make:done bake:done check:now out:ahead delivered:ahead'],
	['OutForDelivery', 'placed:done make:done bake:done check:done out:now delivered:ahead'],
	['Delivered', 'placed:done make:done bake:done check:done out:done delivered:done'],
])('a delivery that is %s', (status, stages) => expect(drawn('delivery', 'Created', status)).toBe(stages));

test('who fetches it has "ready" where others have "on the way"', () => {
	expect(drawn('carryout', 'Created', 'Baking', 'ReadyForPickup')).toBe('placed:done make:done bake:done check:done ready:now delivered:ahead');
	expect(drawn('carryout', 'Created', 'Delivered')).toBe('placed:done make:done bake:done check:done ready:done delivered:done');
});

test('a stage shows when it began', () => {
	const stages = stagesOf('delivery', line('Created', 'Validated', 'Queued', 'Preparing', 'Baking'));
	expect(stages.map((s) => s.at?.slice(11, 16))).toEqual(['18:00', '18:03', '18:04', undefined, undefined, undefined]);
});

test('a remake goes back, and says so', () => {
	const steps = line('Created', 'Preparing', 'Baking', 'QualityCheck', 'Preparing');
	expect(again('delivery', steps)).toBe(true);
	expect(stagesOf('delivery', steps)[1]?.state).toBe('now');
	expect(again('delivery', line('Created', 'Preparing', 'Baking'))).toBe(false);
});

test('what ended badly stays where it was', () => {
	expect(drawn('delivery', 'Created', 'Preparing', 'Cancelled')).toBe('placed:done make:now bake:ahead check:ahead out:ahead delivered:ahead');
});

test('an order can be cancelled while the food is in the house', () => {
	const yes: Status[] = ['Created', 'Validated', 'Queued', 'Preparing', 'Baking', 'QualityCheck', 'ReadyForPickup', 'DriverAssigned'];
	const no: Status[] = ['PickedUp', 'OutForDelivery', 'Delivered', 'Cancelled', 'Failed'];
	expect([...yes.map(cancellable), ...no.map(cancellable)]).toEqual([...yes.map(() => true), ...no.map(() => false)]);
});
