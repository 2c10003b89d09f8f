export interface Check {
  name: string;
  ok: boolean;
  found: string;
  fix: string;
}
export function checkRequirements(): Check[];
export const python: string;
