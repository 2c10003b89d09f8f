export interface Check {
  name: string;
  ok: boolean;
  found: string;
  fix: string;
}
export function checkMachine(): Check[];
export const python: string;
