/** One event of a text/event-stream. A comment (heartbeat) comes as the event "". */
export interface ServerEvent {
	id: string;
	event: string;
	data: string;
}

/**
 * Cuts a text/event-stream (WHATWG HTML §9.2) into events. The browser's own EventSource hides comments, and heartbeats are
 * comments: only who hears them can tell a quiet evening from a dead cable.
 */
export class EventParser {
	#rest = '';
	#id = '';
	#event = '';
	#data: string[] = [];

	/** push takes the next piece of text and returns the events that are complete with it. */
	push(text: string): ServerEvent[] {
		const out: ServerEvent[] = [];
		const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop() ?? '';
		for (const line of lines) this.#line(line, out);
		return out;
	}

	#line(line: string, out: ServerEvent[]): void {
		if (line === '') {
			if (this.#data.length > 0) out.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') });
			this.#event = '';
			this.#data = [];
			return;
		}
		if (line.startsWith(':')) {
			out.push({ id: this.#id, event: '', data: line.slice(1).trim() });
			return;
		}
		const colon = line.indexOf(':');
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (field === 'id') this.#id = value;
		else if (field === 'event') this.#event = value;
		else if (field === 'data') this.#data.push(value);
	}
}
