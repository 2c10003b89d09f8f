import '../../../apps/api/src/b.js';
