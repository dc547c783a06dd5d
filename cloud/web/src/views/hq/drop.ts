import type { Attachment } from 'svelte/attachments';

/** kind is as what an order's card is dragged. */
export const kind = 'application/x-awesome-order';

/** takes has an element take the cards that are dragged to it: give is told the order, over whether one hangs above it. Dragging is a shortcut for who has a mouse: an order's own panel does the same. */
export function takes(give: (order: string) => void, over: (is: boolean) => void): Attachment<HTMLElement> {
	return (element) => {
		const hang = (event: DragEvent): void => {
			if (!event.dataTransfer?.types.includes(kind)) return;
			event.preventDefault();
			over(true);
		};
		const leave = () => over(false);
		const drop = (event: DragEvent): void => {
			leave();
			const order = event.dataTransfer?.getData(kind);
			if (!order) return;
			event.preventDefault();
			give(order);
		};
		element.addEventListener('dragover', hang);
		element.addEventListener('dragleave', leave);
		element.addEventListener('drop', drop);
		return () => {
			element.removeEventListener('dragover', hang);
			element.removeEventListener('dragleave', leave);
			element.removeEventListener('drop', drop);
		};
	};
}
