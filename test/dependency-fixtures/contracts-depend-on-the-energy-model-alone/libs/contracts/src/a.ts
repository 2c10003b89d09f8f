import '../../../libs/networks/src/b.js';
