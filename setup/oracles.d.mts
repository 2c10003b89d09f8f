export function installOracles(): string;
export function runOracle(script: string, args: readonly string[]): string;
