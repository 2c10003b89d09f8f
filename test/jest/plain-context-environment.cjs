// Jest's node environment over an ordinary context. Jest's own looks each global up through an
// interceptor, which makes numerical code three to five times slower.
const vm = require('node:vm');
const { types } = require('node:util');
const { TestEnvironment } = require('jest-environment-node');

const ARRAYS = Object.getOwnPropertyNames(globalThis).filter((name) => /^\w+Array$/.test(name) && name !== 'Array');

module.exports = class extends TestEnvironment {
  constructor(...args) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...args);
    } finally {
      vm.createContext = createContext;
    }
    // Native addons make their arrays in Node's own context.
    for (const name of ARRAYS) this.global[name] = globalThis[name];
    // Node's own errors come from another context, where they are errors too.
    const { Error: InnerError, Function: InnerFunction } = this.global;
    const isInstance = InnerFunction.prototype[Symbol.hasInstance];
    Object.defineProperty(InnerError, Symbol.hasInstance, {
      value(error) {
        return isInstance.call(this, error) || (this === InnerError && types.isNativeError(error));
      },
    });
  }
};
