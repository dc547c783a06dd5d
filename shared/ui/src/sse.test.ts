import { expect, it } from 'vitest';
import { EventParser } from './sse.ts';

const stream = 'id: 7\nevent: change\ndata: {"a":1}\n\n: beat\n\nid: 8\r\ndata: x\r\ndata: y\r\n\r\nretry: 10\n\n';
const events = [
	{ id: '7', event: 'change', data: '{"a":1}' },
	{ id: '7', event: '', data: 'beat' },
	{ id: '8', event: 'message', data: 'x\ny' },
];

it('reads events and heartbeats', () => {
	expect(new EventParser().push(stream)).toEqual(events);
});

it('does not care where the network cuts', () => {
	for (let at = 0; at <= stream.length; at++) {
		const parser = new EventParser();
		expect([...parser.push(stream.slice(0, at)), ...parser.push(stream.slice(at))]).toEqual(events);
	}
	const parser = new EventParser();
	expect([...stream].flatMap((c) => parser.push(c))).toEqual(events);
});
