import '../../../libs/contracts/src/b.js';
