import '../../contracts/src/b.js';
