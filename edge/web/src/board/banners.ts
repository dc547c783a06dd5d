import { timeOfDay, type IconName, type Notice, type Ticket } from '@awesome/ui';
import { house } from '../words/house.ts';
import { words } from '../words/words.ts';
import { fires } from './ageing.ts';
import { told } from './changes.ts';
import { lines } from './measure.ts';
import { allergies, remade } from './rows.ts';
import { open } from './stations.ts';

/** Banner is what has to be seen of a ticket before its lines: a sign, what it is, and what more there is to it. */
export interface Banner {
	kind: 'ask' | 'wait' | 'loud' | 'allergy';
	icon: IconName;
	bold: string;
	text: string;
}

/** Space is what a card has for them. */
export interface Space {
	inner: number; // pixels from side to side
	high: number; // of the highest card
	small: boolean; // the type is that of a tablet
}

/** asks is what stands first: a ticket that was lost asks where its food is. */
export function asks(ticket: Ticket): Banner[] {
	if (!ticket.recovered) return [];
	return [{ kind: 'ask', icon: 'warn', bold: words.recovered, text: words.whereIsIt + (ticket.was ? ` (${words.was(ticket.was)})` : '') }];
}

/** waits says that a ticket waits, what is made again, and whom it could harm. */
export function waits(ticket: Ticket, now: number): Banner[] {
	const all: Banner[] = [];
	const fire = fires(ticket);
	if (ticket.hold) all.push({ kind: 'wait', icon: 'clock', bold: words.held, text: ticket.hold.until ? words.until(timeOfDay(ticket.hold.until)) : (ticket.hold.reason ?? '') });
	else if (fire > now) all.push({ kind: 'wait', icon: 'clock', bold: house.startAt(timeOfDay(fire)), text: house.startWhy });
	else if (fire > 0) all.push({ kind: 'wait', icon: 'clock', bold: house.startNow, text: '' });
	if (remade(ticket) && !open(ticket).some((n) => n.kind === 'remake')) all.push({ kind: 'loud', icon: 'remake', bold: words.remake, text: '' });
	for (const a of allergies(ticket)) all.push({ kind: 'allergy', icon: 'allergy', bold: words.allergy, text: a.replace(/^allerg(y|ies|ia|ie)\s*:?\s*/i, '') });
	return all;
}

/** changed are the notices that stand among the banners; the others stand where the hand goes next. */
export function changed(ticket: Ticket): Notice[] {
	return open(ticket).filter((n) => n.lines);
}

/** dense: there is so much to say of whom a ticket could harm that it is set smaller: all of it is to be seen. */
export function dense(ticket: Ticket, space: Space): boolean {
	return sum(waits(ticket, 0).map((b) => height(b, space, false))) > space.high * 0.45;
}

/** banners is how high all of it is, in pixels: the stylesheet of TicketBanners in numbers. */
export function banners(ticket: Ticket, space: Space): number {
	const small = dense(ticket, space);
	return sum([...asks(ticket), ...waits(ticket, 0)].map((b) => height(b, space, small))) + sum(changed(ticket).map((n) => notice(n, space)));
}

const leading = 1.25;
const icon = 44; // with what is beside it and beside its word

function height(b: Banner, space: Space, small: boolean): number {
	const size = b.kind === 'ask' ? 26 : b.kind === 'allergy' && small ? 18 : 24;
	const bold = b.kind === 'wait' ? b.bold : `${b.bold.toUpperCase()}.`; // with what its letters are spaced
	const high = 9 + size * leading * lines(`${bold} ${b.text}`.trim(), space.inner - 10, { size, bold: true }, icon).lines;
	return Math.ceil(b.kind === 'ask' ? Math.max(70, high) : high);
}

/** notice: what it is stands beside its button, what has changed under both. */
function notice(n: Notice, { inner, small }: Space): number {
	const type = { size: small ? 20 : 24, bold: true };
	const beside = inner - 10 - 96 - 8;
	const first = type.size * 1.15 * lines(words.notice[n.kind].toUpperCase(), beside, type, icon).lines;
	const why = n.reason ? 23 * lines(house.remadeFor[n.reason] ?? n.reason, beside, { size: 20 }).lines : 0;
	const list = told(n).map((l) => 30 * lines(`${l.sign} ${l.text}`, inner - 10, { size: 22, bold: true }).lines);
	return Math.ceil(Math.max(84, 8 + Math.max(72, first + why) + sum(list) + 2));
}

function sum(all: readonly number[]): number {
	return all.reduce((a, b) => a + b, 0);
}
