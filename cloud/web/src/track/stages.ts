import type { Fulfilment, Instant, Status } from '@awesome/ui';
import type { TimelineStep } from '../wire.ts';

/** The six stages people know. A guest who fetches the food has "ready" where others have "out". */
export type Stage = 'placed' | 'make' | 'bake' | 'check' | 'out' | 'ready' | 'delivered';

const brought: Record<Stage, Status[]> = {
	placed: ['Created', 'Validated', 'Queued'],
	make: ['Preparing'],
	bake: ['Baking'],
	check: ['QualityCheck', 'ReadyForPickup', 'DriverAssigned', 'PickedUp'],
	ready: [],
	out: ['OutForDelivery'],
	delivered: ['Delivered'],
};

const fetched: Record<Stage, Status[]> = {
	...brought,
	check: ['QualityCheck'],
	ready: ['ReadyForPickup', 'DriverAssigned', 'PickedUp'],
	out: [],
};

export interface StageView {
	stage: Stage;
	state: 'done' | 'now' | 'ahead';
	at?: Instant; // when it was reached last
}

function table(how: Fulfilment): [Stage, Status[]][] {
	const stages: Stage[] = how === 'delivery' ? ['placed', 'make', 'bake', 'check', 'out', 'delivered'] : ['placed', 'make', 'bake', 'check', 'ready', 'delivered'];
	return stages.map((s) => [s, (how === 'delivery' ? brought : fetched)[s]]);
}

/** stagesOf draws an order's way: what is done, where it is, what is ahead. An order that ended badly stays where it was. */
export function stagesOf(how: Fulfilment, timeline: TimelineStep[]): StageView[] {
	const all = table(how);
	const indexOf = (s: Status) => all.findIndex(([, statuses]) => statuses.includes(s));
	const good = timeline.filter((s) => indexOf(s.status) >= 0);
	const last = good.at(-1);
	const now = last ? indexOf(last.status) : 0;
	const over = last?.status === 'Delivered';
	return all.map(([stage, statuses], i) => {
		const at = good.find((s) => statuses.includes(s.status))?.at;
		return { stage, state: i < now || over ? 'done' : i === now ? 'now' : 'ahead', ...(i <= now && at !== undefined ? { at } : {}) };
	});
}

/** again tells whether the order went back: a pizza is made a second time. */
export function again(how: Fulfilment, timeline: TimelineStep[]): boolean {
	const all = table(how);
	const places = timeline.map((s) => all.findIndex(([, statuses]) => statuses.includes(s.status))).filter((i) => i >= 0);
	return (places.at(-1) ?? 0) < Math.max(0, ...places);
}

export function ended(status: Status): boolean {
	return status === 'Delivered' || status === 'Cancelled' || status === 'Failed';
}

/** cancellable: the food is still in the house. */
export function cancellable(status: Status): boolean {
	return !ended(status) && status !== 'PickedUp' && status !== 'OutForDelivery';
}
