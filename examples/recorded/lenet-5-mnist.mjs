// LeNet-5 on MNIST, by recorded evaluations: npx espalier search --problem
// examples/recorded/lenet-5-mnist.mjs
import { problemOf, recordedEvaluations } from './recorded-evaluations.mjs';

export const { space, reference, share, known, evaluate } = problemOf(recordedEvaluations('lenet-5-mnist.csv'));
