import type { Alert, Printer, Ticket } from '@awesome/ui';
import { ill } from './printing.ts';
import { house } from '../words/house.ts';
import { words } from '../words/words.ts';

/** Worry is something that somebody should look after: alike alerts are one, with all whom they are about. */
export interface Worry {
	what: string;
	level: Alert['level'];
	text: string;
	who: string[]; // numbers of orders, names of machines
	since: string;
}

/** Known is what an alert's ids are called here. */
export interface Known {
	tickets: readonly Ticket[];
	printers: readonly Printer[];
	screens: ReadonlyMap<string, string>;
}

const levels = ['critical', 'warning', 'info'] as const;
const elsewhere = new Set(['disk_full', 'disk_unwritable']); // they have a strip of their own

/** worries are what there is to look after, the worst first, and of those the one that waits longest. */
export function worries(alerts: readonly Alert[], known: Known): Worry[] {
	const all = known.printers.filter(ill).map((p) => ofPrinter(p, known.printers));
	const one = new Map<string, Worry>();
	for (const a of alerts) {
		if (elsewhere.has(a.what) || (!a.order_id && known.printers.some((p) => ill(p) && (a.device === p.id || a.device === `printer/${p.id}`)))) continue;
		const name = named(a, known);
		const w = one.get(a.what);
		if (!w) one.set(a.what, { what: a.what, level: a.level, text: words.alert[a.what] ?? a.what.replaceAll('_', ' '), who: name ? [name] : [], since: a.since });
		else {
			if (name && !w.who.includes(name)) w.who.push(name);
			if (levels.indexOf(a.level) < levels.indexOf(w.level)) w.level = a.level;
			if (a.since < w.since) w.since = a.since;
		}
	}
	for (const w of one.values()) if (w.who.length > 1) w.text = words.alertOfMany[w.what] ?? w.text;
	return [...all, ...one.values()].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || Date.parse(a.since) - Date.parse(b.since));
}

function ofPrinter(p: Printer, all: readonly Printer[]): Worry {
	const state = house.printers[p.state] ?? p.state;
	const backup = p.on_backup ? ` · ${house.on(all.find((o) => o.id === p.backup)?.name || (p.backup ?? ''))}` : '';
	return { what: `printer ${p.id} ${p.state}`, level: p.on_backup ? 'info' : 'warning', text: state + backup, who: [p.name || p.id], since: p.since };
}

function named(a: Alert, known: Known): string {
	const ticket = a.order_id ? known.tickets.find((t) => t.order_id === a.order_id) : undefined;
	if (ticket) return String(ticket.number);
	if (a.what === 'screen_lost') return known.screens.get(a.device) || a.device.slice(0, 4);
	return a.device.replace(/^(printer|stock)\//, '');
}

/** calledBy is how people call a screen: by its name, else by what it shows and the beginning of its id. */
export function calledBy(g: { id: string; name: string; station: string }): string {
	const view = words.view[g.station as keyof typeof words.view] as string | undefined;
	return g.name || (view ? house.screenName(view, g.id.slice(0, 4)) : '');
}

/** fetched are the orders that are ready for whoever comes to the counter, the one that waits longest first. */
export function fetched(tickets: readonly Ticket[]): Ticket[] {
	return tickets.filter((t) => t.state === 'ready' && t.fulfilment !== 'delivery' && !t.voided).sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

/** told are the names of whom a worry is about, as many as fit. */
export const told = (who: readonly string[], most: number) => who.slice(0, most).join(' · ') + (who.length > most ? ` +${who.length - most}` : '');
