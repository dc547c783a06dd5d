import type { Priority, Standing } from '../dispatch.ts';

/** What each page says of a plan, in its own language. */
export interface PlanWords {
	standing: Record<Standing, string>;
	goes?: Record<Priority, string>; // where it is said that an order goes before others
	late: (minutes: number) => string;
	early: (minutes: number) => string;
	unknown: string;
	ready: string;
	arrives: string;
	pickUp: string;
	door: string;
	promised: string;
}

/** What each page says of a plan with one driver more. */
export interface OneMoreWords {
	same: string;
	thenNobody: (now: number, then: number) => string;
	thenLate: (now: number, then: number) => string;
	thenDoor: (now: number, then: number) => string;
}
