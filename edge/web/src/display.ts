import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import Display from './views/Display.svelte';

const target = document.getElementById('app');
if (target) mount(Display, { target });
