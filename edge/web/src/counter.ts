import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import Counter from './views/Counter.svelte';

const target = document.getElementById('app');
if (target) mount(Counter, { target });
