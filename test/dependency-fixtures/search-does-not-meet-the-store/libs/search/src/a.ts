import '../../../libs/store/src/b.js';
