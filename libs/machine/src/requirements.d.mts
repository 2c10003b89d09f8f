export interface Check {
  name: string;
  ok: boolean;
  found: string;
  fix: string;
}
export function checkRequirements(): Check[];
export const python: string;
export const NODE: { readonly oldest: readonly [number, number]; readonly newest: number };
