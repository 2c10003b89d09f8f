/**
 * A class's name as Keras writes it in names of groups: `Conv2D` is `conv2d`, `ReLU` is `re_lu`.
 */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
