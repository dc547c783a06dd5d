import type { Problem } from '@awesome/ui';
import type { Field } from './guest.svelte.ts';

/** Faults are where the cloud's refusal belongs on the page: beside fields, beside lines of the basket, or above everything. */
export interface Faults {
	fields: Partial<Record<Field, string>>;
	lines: Record<number, string>;
	general: string;
}

const fieldOf: Record<string, Field> = {
	'customer.name': 'name',
	'customer.phone': 'phone',
	'address.street': 'street',
	'address.city': 'city',
	'address.note': 'note',
	'address.latitude': 'door',
	'address.longitude': 'door',
	address: 'door',
};

/** faultsOf sorts a refusal by the places it names. known are our own words for some codes, soldOut those for what there is none of. */
export function faultsOf(p: Problem | undefined, known: Record<string, string>, soldOut: (what: string) => string): Faults {
	const out: Faults = { fields: {}, lines: {}, general: '' };
	if (!p) return out;
	const places = Array.isArray(p['errors']) ? (p['errors'] as { path: string; detail: string }[]) : [];
	const own = known[p.code];
	for (const { path, detail } of places) {
		const field = fieldOf[path];
		const line = /^lines\[(\d+)\]/.exec(path)?.[1];
		if (field) out.fields[field] = own ?? detail;
		else if (line !== undefined) out.lines[Number(line)] = own ?? detail;
	}
	const lacks = Array.isArray(p['sold_out']) ? (p['sold_out'] as { line: number; name: string }[]) : [];
	for (const { line } of lacks) {
		const names = lacks.filter((l) => l.line === line).map((l) => l.name);
		out.lines[line] = soldOut([...new Set(names)].join(', '));
	}
	out.general = own ?? p.detail ?? p.title;
	return out;
}
