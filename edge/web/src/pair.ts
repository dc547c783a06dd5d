import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import Pair from './views/Pair.svelte';

const target = document.getElementById('app');
if (target) mount(Pair, { target });
