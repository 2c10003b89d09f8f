import '../../pricing/src/b.js';
