import type { Ticket } from '@awesome/ui';
import { fires, timeLeft } from './ageing.ts';
import { remade } from './rows.ts';
import { here, open, type View } from './stations.ts';

/** Sound is what a display can say without being looked at. */
export type Sound = 'new' | 'ready' | 'remake' | 'rush' | 'changed' | 'overdue' | 'voided';

/** sounds, the most urgent first: when several want to be heard at once, one is. */
export const sounds: readonly Sound[] = ['voided', 'overdue', 'changed', 'rush', 'remake', 'ready', 'new'];

/** Call is a reason to ring. What asks for a hand rings again until one has touched it, on any screen; what only informs rings once. */
export interface Call {
	key: string;
	sound: Sound;
	again: boolean;
}

/** calls are the reasons to ring at a display. */
export function calls(tickets: readonly Ticket[], view: View, now: number): Call[] {
	return tickets.flatMap((t) => callsOf(t, view, now));
}

function callsOf(ticket: Ticket, view: View, now: number): Call[] {
	const all: Call[] = [];
	const items = here(ticket, view);
	const call = (sound: Sound, again: boolean, more = '') => all.push({ key: `${sound} ${ticket.order_id} ${more}`, sound, again });
	for (const n of open(ticket)) call(n.kind, true, n.id);
	if (ticket.voided || ticket.hold) return all;
	const touched = ticket.custody?.touched_at !== undefined || ticket.state !== 'queued';
	if (!touched && items.some((i) => i.station === 'make' || i.station === 'sides')) call('new', fires(ticket) <= now, fires(ticket) > now ? 'later' : '');
	if (remade(ticket) && items.some((i) => (i.remakes ?? 0) > 0)) {
		const waits = items.some((i) => (i.remakes ?? 0) > 0 && i.state === 'queued');
		call('remake', waits, String(items.reduce((n, i) => n + (i.remakes ?? 0), 0)));
	}
	for (const i of items) if (i.state === 'in_oven' && timeLeft(i, now) < 0) call('overdue', true, `${i.id} ${i.remakes ?? 0}`);
	if (ticket.state === 'ready' && (view === 'pass' || view === 'all')) call('ready', false);
	if (touched && ticket.state !== 'ready' && view !== 'all' && view !== 'pass') call('new', false, view);
	return all;
}

export const everySeconds = 15;

/** Ringer decides when to ring: at once for a new reason, and again for those that are still there, also when a clock was set back. */
export class Ringer {
	#rung = new Map<string, number>();

	/** ring takes the reasons there are now and says what to play, if anything. */
	ring(reasons: readonly Call[], now: number): Sound | undefined {
		const there = new Set(reasons.map((c) => c.key));
		for (const key of this.#rung.keys()) if (!there.has(key)) this.#rung.delete(key);
		const due = reasons.filter((c) => {
			const last = this.#rung.get(c.key);
			return last === undefined || (c.again && Math.abs(now - last) >= everySeconds * 1000);
		});
		if (due.length === 0) return undefined;
		const again = reasons.filter((c) => c.again && this.#rung.has(c.key));
		for (const c of [...due, ...again]) this.#rung.set(c.key, now); // those that wait together ring together
		return sounds.find((s) => due.some((c) => c.sound === s));
	}
}
