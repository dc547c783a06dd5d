import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** InOrder runs the files by their names: what one might leave behind, another finds on every machine, or on none. */
class InOrder extends BaseSequencer {
	override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
	}
}

export default defineConfig({
	plugins: [svelte()],
	resolve: { conditions: ['browser'] },
	test: { css: true, environment: 'jsdom', include: ['src/**/*.test.ts'], isolate: false, fileParallelism: false, sequence: { sequencer: InOrder }, setupFiles: ['./src/setup.ts'] },
});
