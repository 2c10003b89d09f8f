import '../../../libs/tensorflow/src/b.js';
