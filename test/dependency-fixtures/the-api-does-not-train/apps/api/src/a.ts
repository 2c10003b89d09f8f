import '../../../libs/training/src/b.js';
