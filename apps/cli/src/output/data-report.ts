import type { DataSetReport } from '@espalier/contracts';

const MOST_CLASSES = 12;

/**
 * Images of each split and class with their sources, a line each; nothing for shipped data sets.
 */
export function dataReportLines({ splits }: DataSetReport): string[] {
  if (!splits) return [];
  const { classNames, remarks } = splits;
  const lines = (['training', 'validation', 'test'] as const).map((part) => {
    const { images, byClass, from } = splits[part];
    return `  ${part}: ${images} images from ${from} (${classCounts(byClass, classNames)})`;
  });
  return ['data:', ...lines, ...remarks.map((remark) => `  ${remark}`)];
}

function classCounts(byClass: readonly number[], names: readonly string[]): string {
  if (byClass.length <= MOST_CLASSES) return byClass.map((count, i) => `${names[i]} ${count}`).join(', ');
  const least = byClass.indexOf(Math.min(...byClass));
  const most = byClass.indexOf(Math.max(...byClass));
  return `${byClass.length} classes, from ${byClass[least]} of ${names[least]} to ${byClass[most]} of ${names[most]}`;
}
