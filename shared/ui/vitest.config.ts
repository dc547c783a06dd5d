import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { InOrder } from './src/in_order.ts';

export default defineConfig({
	plugins: [svelte()],
	resolve: { conditions: ['browser'] },
	test: { css: true, environment: 'jsdom', include: ['src/**/*.test.ts'], isolate: false, fileParallelism: false, sequence: { sequencer: InOrder }, setupFiles: ['./src/setup.ts'] },
});
