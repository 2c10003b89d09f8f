/** The package has no types of its own; what is used of it. */
declare module 'jstat' {
  const jstat: {
    readonly studentt: { inv(probability: number, degreesOfFreedom: number): number };
    erfc(x: number): number;
  };
  export default jstat;
}
