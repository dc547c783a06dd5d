export { default as PlanFace } from './PlanFace.svelte';
export { default as PlanReasons } from './PlanReasons.svelte';
export { default as PlanTimes } from './PlanTimes.svelte';
export type { PlanWords } from './words.ts';
