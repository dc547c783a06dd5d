import type { Board as Any, Duty as Somebody } from '@awesome/ui/dispatch';
import type { DriverView } from './room.svelte.ts';

export * from '@awesome/ui/dispatch';
export * from '@awesome/ui/lanes';

/** Duty is a driver on shift, and the way the plan has for him: orders in the sequence of their doors. */
export type Duty = DriverView & Somebody;

/** Board is a zone as dispatch sees it. */
export type Board = Omit<Any, 'drivers'> & { zone: string; zones: { id: string; restaurants: string[] }[]; drivers: Duty[] };
