import { vi } from 'vitest';
import type { Alert, Aside, Gone } from './care.ts';

export const alert: Alert = {
	id: 'event/1/2', what: 'unprojectable_event', level: 'critical', device: 'cloud', order_id: 'o1', detail: 'nobody knows order.teleported.v1',
	since: '2026-07-03T18:00:00.000Z', heard: '2026-07-03T18:00:00.000Z',
};
export const aside = (device: string, more: Partial<Aside> = {}): Aside => ({ device, reason: 'replaced', received: '2026-07-03T18:00:00.000Z', events: 3, orders: ['o1'], ...more });
export const gone = (device: string, more: Partial<Gone> = {}): Gone => ({ device, all_here_since: null, waiting: [], ...more });

/** cloud answers by "METHOD path" and writes down what it is asked. */
export function cloud(answers: Record<string, unknown>): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (url: string, init: { method: string }) => {
		const what = `${init.method} ${url}`;
		asked.push(what);
		if (!(what in answers)) return Promise.resolve(new Response(JSON.stringify({ code: 'no', title: 'Conflict', detail: 'somebody was faster', status: 409 }), { status: 409 }));
		return Promise.resolve(answers[what] === null ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answers[what])));
	});
	return asked;
}
