// TypeScript's sources import each other as `./name.js`: the file that is there is `./name.ts`.
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('/node_modules/')) {
    try {
      return options.defaultResolver(request.replace(/\.js$/, '.ts'), options);
    } catch {
      // A file of JavaScript.
    }
  }
  return options.defaultResolver(request, options);
};
