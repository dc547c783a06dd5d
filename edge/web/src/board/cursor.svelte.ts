import type { Row } from './rows.ts';

/** Cursor is the line of a ticket that arrows have gone to. It holds on to the line, not to the place: lines move when others are done. */
export class Cursor {
	#at = $state.raw<{ ticket: string; key: string; index: number } | undefined>();

	/** of is the line it stands at, of one ticket; undefined: at its head. */
	of(ticket: string): string | undefined {
		return this.#at?.ticket === ticket ? this.#at.key : undefined;
	}

	/** leave goes back to the head. */
	leave(): void {
		this.#at = undefined;
	}

	/** along goes one line up or down, from the head to the last; it reports whether there was anywhere to go. */
	along(ticket: string, lines: readonly Row[], by: 'up' | 'down'): boolean {
		const key = this.of(ticket);
		const found = lines.findIndex((l) => l.key === key);
		const from = key === undefined ? -1 : found >= 0 ? found : Math.min(this.#at?.index ?? 0, lines.length) - 0.5; // it is gone: between those beside it
		const to = by === 'down' ? Math.floor(from + 1) : Math.ceil(from - 1);
		if (to < -1 || to >= lines.length || (key === undefined && by === 'up')) return false;
		this.#stand(ticket, lines, to);
		return true;
	}

	/** keep goes to the next line when the one it stood at has been done here; behind the last there is none. */
	keep(ticket: string, lines: readonly Row[]): void {
		const key = this.of(ticket);
		if (key === undefined || lines.some((l) => l.key === key)) return;
		this.#stand(ticket, lines, Math.min(this.#at?.index ?? 0, lines.length - 1));
	}

	#stand(ticket: string, lines: readonly Row[], index: number): void {
		const line = lines[index];
		this.#at = line ? { ticket, key: line.key, index } : undefined;
	}
}
