import type { Ticket } from '@awesome/ui';
import { fires } from './ageing.ts';
import { told } from './changes.ts';
import { allergies, remade } from './rows.ts';
import { open } from './stations.ts';

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
}

export const gap = 12;
const stride = 24; // cards begin and end at multiples of this, so that a hole fits the next one

/** layout keeps cards wide enough to read at two metres. */
export function layout(field: Field): Layout {
	const small = field.width < 1400;
	const columns = Math.max(1, Math.floor((field.width + gap) / ((small ? 300 : 340) + gap)));
	const steps = Math.max(10, Math.floor((field.height + gap) / stride));
	const width = (field.width - gap * (columns - 1)) / columns;
	return { columns, steps, step: (field.height + gap) / steps, page: field.height + gap, inner: width - 26, high: field.height, small };
}

/** banners is the height of what stands over the rows of a ticket, in pixels. */
export function banners(ticket: Ticket): number {
	const notices = open(ticket);
	let high = 0;
	if (ticket.recovered) high += 76;
	for (const n of notices) high += (n.lines ? 90 : 0) + told(n).reduce((sum, line) => sum + 30 * Math.ceil((line.text.length + 2) / 24), 0);
	if (fires(ticket) > 0) high += 44;
	if (ticket.hold) high += 44;
	if (remade(ticket) && !notices.some((n) => n.kind === 'remake')) high += 40;
	for (const a of allergies(ticket)) high += 48 + 26 * Math.floor(a.length / 23);
	return high;
}
