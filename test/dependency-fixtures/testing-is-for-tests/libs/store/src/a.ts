import './testing/b.js';
