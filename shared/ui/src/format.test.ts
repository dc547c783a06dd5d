import { expect, it } from 'vitest';
import { ago, money, span, timeOfDay } from './format.ts';
import { worse } from './tone.ts';
import { uuid } from './uuid.ts';

it('writes money with the digits its currency has', () => {
	expect(money({ minor: 1299, currency: 'USD' }, 'en-US')).toBe('$12.99');
	expect(money({ minor: 500, currency: 'JPY' }, 'en-US')).toBe('¥500');
	expect(money({ minor: -5, currency: 'EUR' }, 'en-US')).toBe('-€0.05');
});

it('writes spans as a kitchen reads them', () => {
	expect([0, 5, 65, 3599, 3725, -3].map(span)).toEqual(['0:00', '0:05', '1:05', '59:59', '1:02:05', '0:00']);
	expect([8.9, 60, 7200].map(ago)).toEqual(['8 s', '1 min', '2 h']);
});

it('writes the time of day as the place does, and no nought where nobody says it', () => {
	const at = (hour: number) => new Date(2026, 6, 3, hour, 5).getTime();
	expect([8, 20].map((h) => timeOfDay(at(h), 'en-GB'))).toEqual(['08:05', '20:05']);
	expect([8, 22].map((h) => timeOfDay(at(h), 'en-US').replace(/\s/, ' '))).toEqual(['8:05 AM', '10:05 PM']);
});

it('makes UUIDs of version 4, also where only plain http is spoken', () => {
	const poor = { getRandomValues: (a: unknown) => crypto.getRandomValues(a as Uint8Array<ArrayBuffer>) } as Pick<Crypto, 'getRandomValues'>;
	const made = Array.from({ length: 100 }, () => uuid(poor));
	for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	expect(new Set(made).size).toBe(100);
});

it('the more urgent of two tones wins', () => {
	expect(worse('fresh', 'late')).toBe('late');
	expect(worse('warn', 'info')).toBe('warn');
});
