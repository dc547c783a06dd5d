import '@awesome/ui/tokens.css';
import './page.css';
import { mount } from 'svelte';
import Shop from './views/order/Shop.svelte';

const target = document.getElementById('app');
if (target) mount(Shop, { target });
