import type { Ticket } from '@awesome/ui';
import { house } from '../words/house.ts';
import { lower, plain } from './cut.ts';
import { lines, wide } from './measure.ts';
import { news } from './changes.ts';
import { remade } from './rows.ts';
import { open, type View } from './stations.ts';

/** Size of the field that tickets are laid out in, in CSS pixels. */
export interface Field {
	width: number;
	height: number;
}

/** Layout is what a page of a field has room for. */
export interface Layout {
	columns: number;
	steps: number; // of a column
	step: number; // pixels of one
	page: number; // pixels from one page to the next
	inner: number; // width of a card's inside
	high: number; // of the highest card
	small: boolean; // the type is that of a tablet
	low: boolean; // heads and feet of cards are closer, for there is one more row of them for it
}

export const gap = 12;
const stride = 24; // cards begin and end at multiples of about this, so that a hole fits the next one

/**
 * layout keeps cards wide enough to read at two metres. A column is divided into as many of the plainest tickets as it holds, and each of them
 * into steps: of what most orders are, none is one step too high for the place that there is. Where a few pixels are missing for one more row of
 * them, as on 1280 × 720, heads are as low as a finger allows: no text is smaller for it.
 */
export function layout(field: Field): Layout {
	const small = field.width < 1400;
	const columns = Math.max(1, Math.floor((field.width + gap) / ((small ? 300 : 340) + gap)));
	const column = field.height + gap;
	const fit = (high: number) => Math.max(1, Math.floor(column / (high + gap)));
	const low = fit(lower) > fit(plain);
	const most = fit(low ? lower : plain);
	const steps = most * Math.max(10, Math.floor(column / most / stride));
	const width = (field.width - gap * (columns - 1)) / columns;
	return { columns, steps, step: column / steps, page: column, inner: width - 26, high: field.height, small, low };
}

/**
 * aside is how much of a row is kept for what is said beside its name: a clock, a count, a tick, where it goes. Nothing is kept where nothing
 * can ever be said, and what is kept is kept all the time: no name wraps anew because of a tap.
 */
export function aside(ticket: Ticket, view: View, small: boolean): number {
	const said = view === 'oven' || (view === 'all' && !small) ? 100 : view === 'all' || view === 'pass' ? 40 : 0;
	const marks = ticket.items.flatMap((i) => news(ticket, i) ?? []).map((n) => 24 + wide(house[n], { size: 18, bold: true }));
	return Math.ceil(Math.max(said, ...marks));
}

/** edge is by how much head, foot and edges of a ticket that shouts are higher than those of a calm one. */
export function edge(ticket: Ticket, inner: number): number {
	const shouts = ticket.voided || ticket.recovered || remade(ticket) || open(ticket).length > 0;
	const notice = !ticket.voided ? open(ticket).find((n) => !n.lines) : undefined; // it stands over its buttons
	const why = notice?.reason ? 21 * Math.min(2, lines(house.remadeFor[notice.reason] ?? notice.reason, inner - 10, { size: 18 }).lines) : 0;
	return (shouts ? 6 : 0) + (notice ? 4 + 28 + why : 0);
}
