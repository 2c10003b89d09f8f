// ResNet-20 on CIFAR-10, by recorded evaluations: npx espalier search --problem
// examples/recorded/resnet-20-cifar-10.mjs
import { problemOf, recordedEvaluations } from './recorded-evaluations.mjs';

export const { space, reference, share, known, evaluate } = problemOf(recordedEvaluations('resnet-20-cifar-10.csv'));
