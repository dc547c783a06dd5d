import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** InOrder runs the files by their names: what one might leave behind, another finds on every machine, or on none. */
export class InOrder extends BaseSequencer {
	override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
	}
}
