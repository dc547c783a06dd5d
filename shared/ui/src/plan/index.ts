export { default as PlanFace } from './PlanFace.svelte';
export { default as PlanReasons } from './PlanReasons.svelte';
export { default as PlanTimes } from './PlanTimes.svelte';
export { oneMore } from './onemore.ts';
export type { OneMoreWords, PlanWords } from './words.ts';
