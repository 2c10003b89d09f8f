import '../../store/src/b.js';
